using Microsoft.Extensions.Logging;

namespace OrleansSocial.Identity;

/// <summary>Opens the accounts of alice, bob and carol.</summary>
internal sealed partial class AccountSeed(IGrainFactory grains, ILogger<AccountSeed> log) : ISeed
{
    private const string Password = "correct horse battery";

    private static readonly (string Handle, string DisplayName)[] s_people = [("alice", "Alice"), ("bob", "Bob"), ("carol", "Carol")];

    public (string What, string How)? Offer => ("people to try", $"{string.Join(", ", s_people.Select(one => one.Handle))} (password: {Password})");

    public async Task Plant()
    {
        foreach (var (handle, displayName) in s_people)
        {
            var account = grains.GetGrain<IAccountGrain>(Handles.AccountKey(handle));
            if (await account.Find() is not null) continue;

            var opened = await account.Register(new RegisterAccount(handle, displayName, Password));
            if (opened.Refusal is not { } refusal) LogOpened(handle);
            else if (refusal != IdentityRefusals.HandleTaken) LogRefused(handle, refusal.Code); // Taken: another node that starts with this one was faster.
        }
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "Opened the account of {Handle}")]
    private partial void LogOpened(string handle);

    [LoggerMessage(Level = LogLevel.Warning, Message = "The account of {Handle} was not opened: {Code}")]
    private partial void LogRefused(string handle, string code);
}
