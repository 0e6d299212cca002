namespace OrleansSocial.Architecture;

public class GoldenTests
{
    private static readonly string[] s_kept = ["one (a)", "  0: Guid Id", "  1: String Text", "two (b)", "  0: Guid Id"];

    [Fact]
    public void A_line_that_another_owner_has_too_shows_when_it_comes_or_goes()
    {
        Assert.Empty(Golden.Differences(s_kept, s_kept));
        Assert.Equal(["- two (b) 0: Guid Id"], Golden.Differences(s_kept, s_kept[..4]));
        Assert.Equal(["+ two (b) 1: String Text"], Golden.Differences(s_kept, [.. s_kept, "  1: String Text"]));
        Assert.Equal(["the order of lines changed"], Golden.Differences(s_kept, [.. s_kept[3..], .. s_kept[..3]]));
    }

    [Fact]
    public void A_name_that_went_stays_as_retired_and_does_not_come_back()
    {
        var without = s_kept[3..];
        string[] kept = [.. without, .. Golden.RetiredBy(s_kept, without, Name)];

        Assert.Equal(["*RETIRED* one", "*RETIRED* one 0", "*RETIRED* one 1"], kept[2..]);
        Assert.Empty(Golden.Differences(kept, without, Name));
        Assert.Contains("! one was retired and must not come back", Golden.Differences(kept, s_kept, Name));
        Assert.Equal(kept[2..], Golden.RetiredBy(kept, without, Name));
    }

    private static string Name(string line) => line.Split(' ', ':')[0];
}
