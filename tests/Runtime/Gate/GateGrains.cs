using Orleans.Concurrency;
using Orleans.Serialization.Invocation;

namespace Orleans.Conformance.Gate;

/// <summary>Each method logs when it starts, waits for its own signal, and logs when it ends.</summary>
public interface IDoor : IGrainWithStringKey
{
    Task Enter(string log, string who);

    [ReadOnly]
    Task Look(string log, string who);

    [AlwaysInterleave]
    Task Peek(string log, string who);

    /// <summary>Calls <paramref name="next"/>, which calls back here.</summary>
    Task There(IDoor next, string how, string log);

    Task Back(IDoor to, string log);

    Task BackLater(IDoor to, string log);

    Task Knock(string log);
}

public interface IOpenDoor : IDoor;

public interface IPickyDoor : IDoor;

public interface IStubbornDoor : IDoor;

public abstract class DoorBase : Grain
{
    public virtual async Task Enter(string log, string who)
    {
        Signals.Log(log, $"+{who}");
        await Signals.Wait(log + who);
        Signals.Log(log, $"-{who}");
    }

    public virtual Task Look(string log, string who) => Enter(log, who);

    public virtual Task Peek(string log, string who) => Enter(log, who);

    public virtual async Task There(IDoor next, string how, string log)
    {
        var me = this.AsReference<IDoor>();
        switch (how)
        {
            case "allowed":
                using (RequestContext.AllowCallChainReentrancy()) await next.Back(me, log);
                break;
            case "suppressed":
                using (RequestContext.AllowCallChainReentrancy())
                using (RequestContext.SuppressCallChainReentrancy()) await next.Back(me, log);
                break;
            case "over":
                using (RequestContext.AllowCallChainReentrancy()) next.BackLater(me, log).Ignore();
                await Enter(log, "section over");
                break;
            default:
                await next.Back(me, log);
                break;
        }
    }

    public virtual Task Back(IDoor to, string log) => to.Knock(log);

    public virtual async Task BackLater(IDoor to, string log)
    {
        ArgumentNullException.ThrowIfNull(to);
        await Enter(log, "later");
        await to.Knock(log);
    }

    public virtual Task Knock(string log)
    {
        Signals.Log(log, "knock");
        return Task.CompletedTask;
    }
}

public sealed class Door : DoorBase, IDoor;

[Reentrant]
public sealed class OpenDoor : DoorBase, IOpenDoor;

[MayInterleave(nameof(Friendly))]
public sealed class PickyDoor : DoorBase, IPickyDoor
{
    public static bool Friendly(IInvokable request)
    {
        ArgumentNullException.ThrowIfNull(request);
        if (request.GetMethodName() != nameof(IDoor.Enter)) return false;
        var who = (string)request.GetArgument(1)!;
        return who == "thrower" ? throw new InvalidOperationException("no throwers") : who.StartsWith("friend", StringComparison.Ordinal);
    }
}

[MayInterleave("Missing")]
public sealed class StubbornDoor : DoorBase, IStubbornDoor;
