namespace OrleansSocial.Identity;

public sealed class IdentityRuleTests
{
    private static readonly DateTimeOffset s_start = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);
    private static readonly IdentityOptions s_options = new();

    [Theory]
    [InlineData("alice", "alice")]
    [InlineData("ALICE", "alice")]
    [InlineData("a_1", "a_1")]
    [InlineData("abcdefghijklmnopqrstuvwxyz1234", "abcdefghijklmnopqrstuvwxyz1234")]
    [InlineData("abcdefghijklmnopqrstuvwxyz12345", null)]
    [InlineData("ab", null)]
    [InlineData("", null)]
    [InlineData(null, null)]
    [InlineData("1alice", null)]
    [InlineData("_alice", null)]
    [InlineData("al ice", null)]
    [InlineData("al-ice", null)]
    [InlineData("alicé", null)]
    [InlineData("аlice", null)]
    [InlineData("alice\n", null)]
    [InlineData("alice\0", null)]
    [InlineData("İstanbul", null)]
    public void A_handle_is_lower_case_ASCII_and_nothing_else(string? text, string? handle)
    {
        Assert.Equal(handle is not null, Handles.TryNormalize(text, out var normalized));
        Assert.Equal(handle, normalized);
    }

    [Theory]
    [InlineData("alice", "Alice", "correct horse", null)]
    [InlineData("Alice", null, "correct horse", null)]
    [InlineData("alice", "Алиса 🎉", "пароль пароль", null)]
    [InlineData("bob", "Alice", "correct horse", "identity.handle")]
    [InlineData("", "Alice", "correct horse", "identity.handle")]
    [InlineData("alice", "", "correct horse", "identity.display_name")]
    [InlineData("alice", "   ", "correct horse", "identity.display_name")]
    [InlineData("alice", "\u200b\u200e", "correct horse", "identity.display_name")]
    [InlineData("alice", "Alice", "", "identity.password_length")]
    [InlineData("alice", "Alice", "1234567", "identity.password_length")]
    [InlineData("alice", "Alice", "12345678", null)]
    [InlineData("alice", "Alice", "1234567🎉", null)]
    [InlineData("alice", "Al\0ice", "correct horse", "request.text_not_storable")]
    [InlineData("alice", "Alice", "correct\0horse", "request.text_not_storable")]
    public void An_account_is_opened_only_with_a_fitting_handle_name_and_password(string handle, string? name, string password, string? refusal)
    {
        Assert.Equal(refusal, IdentityRules.RefuseRegister("alice", new(handle, name, password))?.Code);
    }

    [Fact]
    public void Lengths_are_counted_in_characters_and_end_exactly_where_they_say()
    {
        Assert.Null(IdentityRules.RefuseRegister("alice", new("alice", string.Concat(Enumerable.Repeat("🎉", 50)), new string('x', 128))));
        Assert.Equal("identity.display_name", IdentityRules.RefuseRegister("alice", new("alice", new string('x', 51), "correct horse"))?.Code);
        Assert.Equal("identity.password_length", IdentityRules.RefuseRegister("alice", new("alice", null, new string('x', 129)))?.Code);
        Assert.Equal("identity.password_length", IdentityRules.RefuseRegister("alice", new("alice", null, new string('x', 1_000_000)))?.Code);
        Assert.Equal("request.text_not_storable", IdentityRules.RefuseRegister("alice", new("alice", "half \ud83c", "correct horse"))?.Code);
    }

    [Fact]
    public void A_handle_in_use_is_refused_except_to_the_very_command_that_opened_it()
    {
        var opened = new RegisterAccount("alice", "Alice", "correct horse", "key-1");
        var account = new AccountState { OpenedBy = IdentityRules.OpenedBy(opened) };

        Assert.Null(IdentityRules.RefuseAgain(account, opened));
        Assert.Equal("identity.handle_taken", IdentityRules.RefuseAgain(account, opened with { Key = null })?.Code);
        Assert.Equal("identity.handle_taken", IdentityRules.RefuseAgain(account, opened with { Key = "key-2" })?.Code);
        Assert.Equal("request.key_reused", IdentityRules.RefuseAgain(account, opened with { DisplayName = "Malice" })?.Code);
        Assert.Equal("identity.handle_taken", IdentityRules.RefuseAgain(new(), opened)?.Code);
        Assert.Equal("identity.handle_taken", IdentityRules.RefuseAgain(new(), opened with { Key = null })?.Code);
    }

    [Fact]
    public void A_session_knows_its_newest_token_a_used_one_and_a_strangers()
    {
        var first = RefreshToken.First(SessionId.From(Guid.NewGuid()));
        var second = first.Next();
        var session = new SessionState
        {
            FamilyHash = RefreshToken.Hash(second.Family), SecretHash = RefreshToken.Hash(second.Secret), RefreshExpiresAt = s_start.AddDays(30),
        };

        Assert.Equal(RefreshVerdict.Newest, IdentityRules.Judge(session, second, s_start));
        Assert.Equal(RefreshVerdict.Reused, IdentityRules.Judge(session, first, s_start));
        Assert.Equal(RefreshVerdict.Reused, IdentityRules.Judge(session, second.Next(), s_start));
        Assert.Equal(RefreshVerdict.Foreign, IdentityRules.Judge(session, RefreshToken.First(first.Session), s_start));
        Assert.Equal(RefreshVerdict.Ended, IdentityRules.Judge(session, second, s_start.AddDays(30)));
        Assert.Equal(RefreshVerdict.Ended, IdentityRules.Judge(session with { EndedAt = s_start }, second, s_start));
    }

    [Fact]
    public void A_session_is_prolonged_by_use_and_never_beyond_its_own_end()
    {
        Assert.Equal(s_start.AddDays(30), IdentityRules.RefreshExpiry(s_start, s_start, s_options));
        Assert.Equal(s_start.AddDays(130), IdentityRules.RefreshExpiry(s_start, s_start.AddDays(100), s_options));
        Assert.Equal(s_start.AddDays(365), IdentityRules.RefreshExpiry(s_start, s_start.AddDays(360), s_options));
    }

    [Fact]
    public void A_refresh_token_is_read_as_it_was_written_and_in_no_other_form()
    {
        var token = RefreshToken.First(SessionId.From(Guid.NewGuid()));
        var text = token.Write();

        var read = RefreshToken.Read(text)!;
        Assert.Equal(token.Session, read.Session);
        Assert.Equal(token.Family, read.Family);
        Assert.Equal(token.Secret, read.Secret);
        Assert.Equal(token.Session, RefreshTokens.SessionOf(RefreshTokens.Read(text)));

        string?[] others = [null, "", " ", text[..^1], text + "A", text + "==", text.Replace(text[5], '+'), text[..^1] + "!", new string('.', text.Length), new string('\uffff', text.Length)];
        Assert.All(others, other => Assert.Null(RefreshToken.Read(other)));
        Assert.DoesNotContain(text[30..40], token.ToString(), StringComparison.Ordinal);
    }
}
