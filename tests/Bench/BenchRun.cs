using System.Diagnostics;
using System.Text.Json;
using System.Xml.Linq;
using OrleansSocial.Driver;

namespace OrleansSocial.Bench;

/// <summary>One call of <c>./bench</c> over what is built already, and what came of it.</summary>
internal sealed class BenchRun : IDisposable
{
    private static readonly TimeSpan s_patience = TimeSpan.FromMinutes(3);

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("bench-test-");
    private readonly TaskCompletionSource _sending = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Process _process;
    private readonly Task<string> _output;
    private readonly Task<string> _errors;

    private BenchRun(string[] words)
    {
        _process = Process.Start(new ProcessStartInfo(Path.Combine(Checkout.Root, "bench"), ["--no-build", .. words, "--json", Json, "--html", Html])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
        _output = _process.StandardOutput.ReadToEndAsync();
        _errors = ReadErrors();
    }

    /// <summary>Completes when it says that it sends.</summary>
    public Task Sending => _sending.Task.WaitAsync(s_patience);

    /// <summary>What it prints: the report.</summary>
    public string Text => _output.Result;

    /// <summary>What it tells beside it.</summary>
    public string Told => _errors.Result;

    /// <summary>The report for programs.</summary>
    public JsonElement Report => JsonSerializer.Deserialize<JsonElement>(File.ReadAllText(Json));

    /// <summary>The page, which is well-formed.</summary>
    public XDocument Page
    {
        get
        {
            using var file = System.Xml.XmlReader.Create(Html, new() { DtdProcessing = System.Xml.DtdProcessing.Ignore });
            return XDocument.Load(file);
        }
    }

    private string Json => Path.Combine(_folder.FullName, "report.json");

    private string Html => Path.Combine(_folder.FullName, "report.html");

    /// <summary>Starts it.</summary>
    public static BenchRun Start(params string[] words) => new(words);

    /// <summary>Its exit code, once it has ended.</summary>
    public async Task<int> Ended()
    {
        await _process.WaitForExitAsync().WaitAsync(s_patience);
        await Task.WhenAll(_output, _errors);
        return _process.ExitCode;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        if (!_process.HasExited) _process.Kill(entireProcessTree: true);
        _process.Dispose();
        _folder.Delete(recursive: true);
    }

    private async Task<string> ReadErrors()
    {
        var all = "";
        while (await _process.StandardError.ReadLineAsync() is { } line)
        {
            all += line + '\n';
            if (line.Contains("sending by", StringComparison.Ordinal)) _sending.TrySetResult();
        }

        return all;
    }
}
