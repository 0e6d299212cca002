using Microsoft.Extensions.Options;
using OrleansSocial.Identity;

namespace OrleansSocial.Host;

/// <summary>Opens the accounts of alice, bob and carol, through the same door as everybody's. Those that are there stay as they are.</summary>
internal sealed partial class Seeds(IGrainFactory grains, IHostEnvironment environment, IOptions<NodeOptions> options, ILogger<Seeds> log) : IHostedService
{
    /// <summary>The password of everyone who is seeded.</summary>
    public const string Password = "correct horse battery";

    private static readonly (string Handle, string DisplayName)[] s_people = [("alice", "Alice"), ("bob", "Bob"), ("carol", "Carol")];

    /// <summary>Whether this process seeds.</summary>
    public bool Wanted => options.Value.Seed ?? environment.IsDevelopment();

    /// <inheritdoc/>
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        if (!Wanted)
        {
            return;
        }

        foreach (var (handle, displayName) in s_people)
        {
            var account = grains.GetGrain<IAccountGrain>($"user:{handle}");
            if (await account.Find() is not null)
            {
                continue;
            }

            var opened = await account.Register(new RegisterAccount(handle, displayName, Password));
            if (opened.Refusal == IdentityRefusals.HandleTaken)
            {
                continue; // Another node that starts with this one was faster.
            }

            if (opened.Refusal is { } refusal)
            {
                LogRefused(handle, refusal.Code);
            }
            else
            {
                LogSeeded(handle);
            }
        }
    }

    /// <inheritdoc/>
    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    [LoggerMessage(Level = LogLevel.Information, Message = "Opened the account of {Handle}")]
    private partial void LogSeeded(string handle);

    [LoggerMessage(Level = LogLevel.Warning, Message = "The account of {Handle} was not opened: {Code}")]
    private partial void LogRefused(string handle, string code);
}
