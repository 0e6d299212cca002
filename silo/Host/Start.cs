using Microsoft.Extensions.Options;
using OrleansSocial.Kernel;

namespace OrleansSocial.Host;

/// <summary>Runs the process from its start to its end, and tells a person why it does not start.</summary>
internal static class Start
{
    /// <summary>Lets what follows a socket's completion run where the completion was seen; without it every answer of PostgreSQL waits for a free thread.</summary>
    /// <remarks>Sockets read this setting from the environment only, when the first one is made. An operator's own value wins.</remarks>
    public static void PrepareSockets()
    {
        const string Setting = "DOTNET_SYSTEM_NET_SOCKETS_INLINE_COMPLETIONS";
        if (Environment.GetEnvironmentVariable(Setting) is null) Environment.SetEnvironmentVariable(Setting, "1");
    }

    /// <summary>Runs until SIGTERM or SIGINT. Returns the exit code: 0 after an orderly end, 1 when it could not start.</summary>
    public static async Task<int> Run(Func<IHost> create)
    {
        try
        {
            var host = create();
            await using var disposed = (IAsyncDisposable)host;
            using var hurry = host.Services.GetRequiredService<IHostApplicationLifetime>().ApplicationStopping.Register(Hurry);
            await host.RunAsync();
            return Environment.ExitCode;
        }
        catch (Exception) when (Environment.ExitCode != 0)
        {
            // Replaced while it started; the log says so.
            return Environment.ExitCode;
        }
        catch (Exception fault) when (Explain(fault) is { } reasons)
        {
            await Console.Error.WriteLineAsync("OrleansSocial cannot start:");
            foreach (var reason in reasons)
            {
                await Console.Error.WriteLineAsync($"  {reason}");
            }

            return 1;
        }
    }

    // A silo that was replaced has nothing left to finish: whatever does not end in a moment is cut off.
    private static void Hurry()
    {
        if (Environment.ExitCode == 0) return;
        var end = new Thread(static () =>
        {
            using var never = new ManualResetEventSlim();
            never.Wait(TimeSpan.FromSeconds(2));
            Environment.Exit(Environment.ExitCode);
        });
        (end.IsBackground, end.Name) = (true, "end");
        end.Start();
    }

    /// <summary>Checks every options class before anything uses one, so that all faults are told at once.</summary>
    /// <exception cref="OptionsValidationException">There are faults.</exception>
    public static void CheckOptions(this WebApplication app) => app.Services.GetRequiredService<IStartupValidator>().Validate();

    // What a person can mend has a sentence; anything else is a bug and keeps its stack trace.
    private static List<string>? Explain(Exception fault) => fault switch
    {
        StartRefusedException => [fault.Message],
        OptionsValidationException options => [.. options.Failures],
        AggregateException many when many.InnerExceptions.Select(Explain).ToList() is var all && all.TrueForAll(one => one is not null) =>
            [.. all.SelectMany(one => one!)],
        DatabaseUnavailableException => [$"{fault.Message} Check ConnectionStrings__Postgres and the server it names."],
        Npgsql.PostgresException database => [$"PostgreSQL refuses: {database.MessageText} (SQLSTATE {database.SqlState})."],
        InvalidOperationException when fault.Message.StartsWith("Failed to convert configuration value", StringComparison.Ordinal) => [fault.Message],
        IOException when fault.InnerException is Microsoft.AspNetCore.Connections.AddressInUseException =>
            [$"{fault.Message} Stop what listens there, or choose another port (--port, or ASPNETCORE_URLS)."],
        Microsoft.AspNetCore.Connections.AddressInUseException =>
            ["Something has begun to listen at the silo's port or its gateway's. Stop it, or choose another port (Social__Node__SiloPort, Social__Node__GatewayPort)."],
        _ => null,
    };
}
