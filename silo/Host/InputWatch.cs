using Microsoft.Extensions.Options;

namespace OrleansSocial.Host;

/// <summary>Stops the process in good order when its input ends, where it is asked to: whoever started it has closed the input or is gone.</summary>
internal sealed class InputWatch(IOptions<NodeOptions> options, IHostApplicationLifetime process) : IHostedService
{
    /// <inheritdoc/>
    public Task StartAsync(CancellationToken cancellationToken)
    {
        if (options.Value.EndsWithInput)
        {
            // A read of the input cannot be given up, so it has a thread that the end of the process takes along.
            new Thread(ReadToEnd) { IsBackground = true, Name = "input" }.Start();
        }

        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    private void ReadToEnd()
    {
        using var input = Console.OpenStandardInput();
        input.CopyTo(Stream.Null);
        process.StopApplication();
    }
}
