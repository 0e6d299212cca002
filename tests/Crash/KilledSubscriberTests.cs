using System.Diagnostics;
using OrleansSocial.Driver;

namespace OrleansSocial.Crash;

/// <summary>Effects of events while the silo that handles them is killed. The long form is <c>-- events --kills 20</c> of tests/Benchmarks.</summary>
public sealed class KilledSubscriberTests(ITestOutputHelper output)
{
    [Fact]
    public async Task No_effect_of_an_event_is_lost_or_doubled_when_the_silo_is_killed_between_effect_and_position()
    {
        using var run = Process.Start(new ProcessStartInfo("dotnet")
        {
            ArgumentList = { Checkout.Assembly("tests/Benchmarks", "OrleansSocial.Benchmarks.dll"), "events", "--kills", $"{LongForm.Or(4, 20)}" },
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
        var (said, complained) = (run.StandardOutput.ReadToEndAsync(), run.StandardError.ReadToEndAsync());
        await run.WaitForExitAsync();

        output.WriteLine(await said);
        Assert.True(run.ExitCode == 0, $"{await said}{await complained}");
    }
}
