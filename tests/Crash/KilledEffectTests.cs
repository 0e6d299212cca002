using System.Diagnostics;
using OrleansSocial.Driver;

namespace OrleansSocial.Crash;

/// <summary>Effects of events and of jobs while the silo that has them is killed. The long forms are <c>-- events --kills 20</c> and <c>-- jobs --kills 20</c> of tests/Benchmarks.</summary>
public sealed class KilledEffectTests(ITestOutputHelper output)
{
    [Fact]
    public Task No_effect_of_an_event_is_lost_or_doubled_when_the_silo_is_killed_between_effect_and_position() => Kill("events");

    [Fact]
    public Task No_effect_of_a_job_is_lost_or_doubled_when_the_silo_that_runs_it_is_killed() => Kill("jobs");

    private async Task Kill(string benchmark)
    {
        using var run = Process.Start(new ProcessStartInfo("dotnet")
        {
            ArgumentList = { Checkout.Assembly("tests/Benchmarks", "OrleansSocial.Benchmarks.dll"), benchmark, "--kills", $"{LongForm.Or(3, 20)}" },
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
        var (said, complained) = (run.StandardOutput.ReadToEndAsync(), run.StandardError.ReadToEndAsync());
        await run.WaitForExitAsync();

        output.WriteLine(await said);
        Assert.True(run.ExitCode == 0, $"{await said}{await complained}");
    }
}
