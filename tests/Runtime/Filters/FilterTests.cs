using System.Reflection;
using Orleans.Conformance.Observers;

namespace Orleans.Conformance.Filters;

[AttributeUsage(AttributeTargets.Method)]
public sealed class SecretAttribute : Attribute;

public interface IFiltered : IGrainWithStringKey
{
    Task<string> Echo(string text);

    Task<int> Number();

    Task Fail();

    Task<string?> ReadContext(string key);

    Task<string> AskNext(IFiltered next, string text);

    Task<T> Return<T>(T value);

    Task Tick();
}

public sealed class Filtered : Grain, IFiltered, IIncomingGrainCallFilter
{
    private int _failures;

    private string Key => this.GetPrimaryKeyString();

    public async Task Invoke(IIncomingGrainCallContext context)
    {
        ArgumentNullException.ThrowIfNull(context);
        Signals.Log(Key, $"grain filter of {context.MethodName}");
        await context.Invoke();
    }

    [Secret]
    public Task<string> Echo(string text)
    {
        Signals.Log(Key, $"method with {text}");
        return Task.FromResult(text);
    }

    public Task<int> Number() => Task.FromResult(1);

    public Task Fail() => ++_failures < 3 ? throw new TimeoutException($"failure {_failures}") : Task.CompletedTask;

    public Task<string?> ReadContext(string key) => Task.FromResult(RequestContext.Get(key) as string);

    public Task<string> AskNext(IFiltered next, string text)
    {
        ArgumentNullException.ThrowIfNull(next);
        return next.Echo(text);
    }

    public Task<T> Return<T>(T value) => Task.FromResult(value);

    public Task Tick()
    {
        this.RegisterGrainTimer(static () => Task.CompletedTask, TimeSpan.Zero, Timeout.InfiniteTimeSpan);
        return Task.CompletedTask;
    }
}

[Feature("Calls", "Incoming and outgoing call filters")]
public sealed class FilterTests
{
    private readonly string _key = Signals.NewName();

    [Fact]
    public async Task Incoming_filters_run_in_the_order_of_registration_and_then_the_grains_own()
    {
        await using var cluster = await OneSilo.Start(silo => silo
            .AddIncomingGrainCallFilter(Logging("first"))
            .AddIncomingGrainCallFilter(Logging("second")));

        Assert.Equal("hello", await cluster.Client.GetGrain<IFiltered>(_key).Echo("hello"));

        Assert.Equal(
            ["first in", "second in", "grain filter of Echo", "method with hello", "second out", "first out"], Signals.Lines(_key));
    }

    [Fact]
    public async Task A_filter_sees_the_call_and_the_method_of_the_class()
    {
        await using var cluster = await OneSilo.Start(silo => silo.AddIncomingGrainCallFilter(async context =>
        {
            await context.Invoke();
            if (context.MethodName != nameof(IFiltered.Echo)) return;
            Signals.Log(_key + "seen", $"{context.InterfaceMethod.DeclaringType!.Name}.{context.MethodName}");
            Signals.Log(_key + "seen", $"secret {context.ImplementationMethod.IsDefined(typeof(SecretAttribute))}");
            Signals.Log(_key + "seen", $"{context.Grain.GetType().Name} {context.TargetId.Key}");
            Signals.Log(_key + "seen", $"{context.Request.GetArgumentCount()} {context.Request.GetArgument(0)}");
            Signals.Log(_key + "seen", $"{context.Result} {ReferenceEquals(context.TargetContext.GrainInstance, context.Grain)}");
        }));

        await cluster.Client.GetGrain<IFiltered>(_key).Echo("hello");

        Assert.Equal(
            ["IFiltered.Echo", "secret True", $"Filtered {_key}", "1 hello", "hello True"], Signals.Lines(_key + "seen"));
    }

    [Fact]
    public async Task A_filter_may_change_arguments_and_results()
    {
        await using var cluster = await OneSilo.Start(silo => silo.AddIncomingGrainCallFilter(async context =>
        {
            if (context.MethodName == nameof(IFiltered.Echo)) context.Request.SetArgument(0, "changed");
            await context.Invoke();
            if (context.MethodName == nameof(IFiltered.Number)) context.Result = 42;
        }));
        var grain = cluster.Client.GetGrain<IFiltered>(_key);

        Assert.Equal("changed", await grain.Echo("hello"));
        Assert.Equal(42, await grain.Number());
        Assert.Equal("generic", await grain.Return("generic"));
    }

    [Fact]
    public async Task A_filter_may_answer_without_calling_the_grain()
    {
        await using var cluster = await OneSilo.Start(silo => silo.AddIncomingGrainCallFilter(context =>
        {
            context.Result = "from the filter";
            return Task.CompletedTask;
        }));

        Assert.Equal("from the filter", await cluster.Client.GetGrain<IFiltered>(_key).Echo("hello"));
        Assert.Empty(Signals.Lines(_key));
    }

    [Fact]
    public async Task A_filter_that_neither_answers_nor_goes_on_fails_the_call()
    {
        await using var cluster = await OneSilo.Start(silo => silo.AddIncomingGrainCallFilter(static _ => Task.CompletedTask));

        await Assert.ThrowsAsync<InvalidOperationException>(() => cluster.Client.GetGrain<IFiltered>(_key).Echo("hello"));
    }

    [Fact]
    public async Task A_result_of_the_wrong_type_fails_the_call()
    {
        await using var cluster = await OneSilo.Start(silo => silo.AddIncomingGrainCallFilter(static context =>
        {
            context.Result = "not a number";
            return Task.CompletedTask;
        }));

        await Assert.ThrowsAsync<InvalidCastException>(() => cluster.Client.GetGrain<IFiltered>(_key).Number());
    }

    [Fact]
    public async Task A_filter_catches_what_the_call_throws_and_may_try_again()
    {
        await using var cluster = await OneSilo.Start(silo => silo.AddIncomingGrainCallFilter(async context =>
        {
            for (var attempt = 1; ; attempt++)
            {
                try
                {
                    await context.Invoke();
                    return;
                }
                catch (TimeoutException) when (attempt < 3)
                {
                    Signals.Log(_key + "caught", $"attempt {attempt}");
                }
            }
        }));

        await cluster.Client.GetGrain<IFiltered>(_key).Fail();

        Assert.Equal(["attempt 1", "attempt 2"], Signals.Lines(_key + "caught"));
    }

    [Fact]
    public async Task A_filter_may_replace_an_exception()
    {
        await using var cluster = await OneSilo.Start(silo => silo.AddIncomingGrainCallFilter(static async context =>
        {
            try
            {
                await context.Invoke();
            }
            catch (TimeoutException)
            {
                throw new NotSupportedException("replaced");
            }
        }));

        await Assert.ThrowsAsync<NotSupportedException>(() => cluster.Client.GetGrain<IFiltered>(_key).Fail());
    }

    [Fact]
    public async Task Outgoing_filters_run_before_the_call_leaves_and_may_give_it_context()
    {
        await using var cluster = await OneSilo.Start(silo => silo.AddOutgoingGrainCallFilter(async context =>
        {
            RequestContext.Set("added", "by the filter");
            Signals.Log(_key, $"out {context.MethodName}");
            await context.Invoke();
            Signals.Log(_key, $"back {context.Result}");
        }));
        var grain = cluster.Client.GetGrain<IFiltered>(_key);

        Assert.Equal("by the filter", await grain.ReadContext("added"));
        Assert.Null(RequestContext.Get("added"));
        Assert.Equal(["out ReadContext", "grain filter of ReadContext", "back by the filter"], Signals.Lines(_key));
    }

    [Fact]
    public async Task Outgoing_filters_see_who_calls()
    {
        await using var cluster = await OneSilo.Start(silo => silo.AddOutgoingGrainCallFilter(async context =>
        {
            Signals.Log(_key + "who", $"{context.SourceContext?.GrainId.Key.ToString() ?? "client"} to {context.TargetId.Key}");
            await context.Invoke();
        }));
        var (one, two) = (_key + "1", _key + "2");

        await cluster.Client.GetGrain<IFiltered>(one).AskNext(cluster.Client.GetGrain<IFiltered>(two), "hello");

        Assert.Equal([$"client to {one}", $"{one} to {two}"], Signals.Lines(_key + "who"));
    }

    [Fact]
    public async Task An_outgoing_filter_may_send_a_call_again_or_not_at_all()
    {
        await using var cluster = await OneSilo.Start(silo => silo.AddOutgoingGrainCallFilter(static async context =>
        {
            if (context.MethodName == nameof(IFiltered.Number))
            {
                context.Result = 7;
                return;
            }

            for (var attempt = 1; ; attempt++)
            {
                try
                {
                    await context.Invoke();
                    return;
                }
                catch (TimeoutException) when (attempt < 3)
                {
                    continue;
                }
            }
        }));
        var grain = cluster.Client.GetGrain<IFiltered>(_key);

        await grain.Fail();
        Assert.Equal(7, await grain.Number());
    }

    [Fact]
    public async Task An_outgoing_filter_goes_on_after_a_call_that_nobody_answers()
    {
        await using var cluster = await OneSilo.Start(silo => silo.AddOutgoingGrainCallFilter(async context =>
        {
            await context.Invoke();
            Signals.Log(_key, $"after {context.MethodName}");
        }));
        var listener = new Listener();

        cluster.Client.CreateObjectReference<IListener>(listener).Hear("hello");

        await Wait.Eventually(() => Assert.Equal(["after Hear"], Signals.Lines(_key)));
        await Wait.Eventually(() => Assert.Equal(["hello"], Signals.Lines(listener.Log)));
        GC.KeepAlive(listener);
    }

    [Fact]
    public async Task Filters_see_the_ticks_of_timers()
    {
        await using var cluster = await OneSilo.Start(silo => silo.AddIncomingGrainCallFilter(async context =>
        {
            Signals.Log(_key + "methods", context.MethodName);
            await context.Invoke();
        }));

        await cluster.Client.GetGrain<IFiltered>(_key).Tick();

        await Wait.Eventually(() => Assert.Equal(["Tick", "InvokeCallbackAsync"], Signals.Lines(_key + "methods")));
    }

    [Fact]
    public async Task Filters_may_come_from_the_services_of_the_silo()
    {
        await using var cluster = await OneSilo.Start(silo => silo.AddIncomingGrainCallFilter<FromServices>());

        Assert.Equal("HELLO", await cluster.Client.GetGrain<IFiltered>(_key).Echo("hello"));
    }

    private IncomingGrainCallFilterDelegate Logging(string name) => async context =>
    {
        Signals.Log(_key, $"{name} in");
        await context.Invoke();
        Signals.Log(_key, $"{name} out");
    };
}

public sealed class FromServices(TimeProvider time) : IIncomingGrainCallFilter
{
    public async Task Invoke(IIncomingGrainCallContext context)
    {
        ArgumentNullException.ThrowIfNull(context);
        Assert.NotNull(time);
        await context.Invoke();
        if (context.Result is string text) context.Result = text.ToUpperInvariant();
    }
}
