using System.Diagnostics;
using System.Text.Json;
using OrleansSocial.Driver;

namespace OrleansSocial.Crash;

/// <summary>The README's lines work as pasted.</summary>
public sealed class ReadmeTests
{
    [Fact]
    public async Task The_curl_lines_send_a_message_as_pasted()
    {
        var folder = Directory.CreateTempSubdirectory("social-readme-");
        await using (var silo = await SiloProcess.Start(Path.Combine(folder.FullName, "data"), new Dictionary<string, string>()))
        {
            var lines = CurlLines().Replace("http://localhost:5080", silo.Address.ToString().TrimEnd('/'), StringComparison.Ordinal);

            var first = JsonSerializer.Deserialize<JsonElement>(await Bash(lines));
            var again = JsonSerializer.Deserialize<JsonElement>(await Bash(lines));

            Assert.Equal(1, first.GetProperty("seq").GetInt64());
            Assert.Equal(first.GetRawText(), again.GetRawText());
        }

        folder.Delete(recursive: true);
    }

    private static string CurlLines()
    {
        var readme = File.ReadAllText(Path.Combine(Checkout.Root, "README.md"));
        var block = readme[readme.IndexOf("<!-- curl -->", StringComparison.Ordinal)..];
        var start = block.IndexOf("```sh", StringComparison.Ordinal) + "```sh".Length;
        return block[start..block.IndexOf("```", start, StringComparison.Ordinal)];
    }

    private static async Task<string> Bash(string script)
    {
        using var bash = Process.Start(new ProcessStartInfo("bash", ["-euo", "pipefail", "-c", script]) { RedirectStandardOutput = true })!;
        var printed = await bash.StandardOutput.ReadToEndAsync();
        await bash.WaitForExitAsync();
        Assert.Equal(0, bash.ExitCode);
        return printed;
    }
}
