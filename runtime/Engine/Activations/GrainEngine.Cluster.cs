using Orleans.Runtime;

namespace Orleans.Bundled;

/// <content>The engine as one of several: which calls stay here, which go to other silos, and which activations have to end.</content>
internal sealed partial class GrainEngine : IActivationHost, IMessageTarget
{
    /// <summary>How often a request is sent anew because the view changed under way.</summary>
    private const int MovesMax = 8;

    private IClusterAgent? _agent;
    private IMessageCenter? _messages;
    private NextChance? _chance;

    /// <summary>Whether this silo's lease stands, so that it may serve.</summary>
    public bool Serves => _agent is not { Serves: false };

    public static SiloUnavailableException NotServing() =>
        new("The silo cannot be sure of its lease: the store of the cluster's membership does not answer, or another silo took its place.");

    /// <summary>Makes this engine one of a cluster. Before that, every grain is its own.</summary>
    public void Join(IClusterAgent agent, IMessageCenter messages)
    {
        var chance = _chance = new NextChance(ClusterServices.Clock(Services));
        agent.ViewChanged += _ => chance.Tell();
        _messages = messages;
        _agent = agent;
    }

    /// <summary>Whether an activation may run its constructor here. Asked on its first turn, when enumerations already see it.</summary>
    public bool MayActivate(GrainClass grainClass, GrainId grainId) =>
        _agent is not { } agent || !grainClass.IsOwned || agent.Admit(grainId) == Admission.Here;

    /// <inheritdoc/>
    public Task Release(GrainId grainId) =>
        Find(grainId) is { Class.IsOwned: true } activation ? EndMoved(activation) : Task.CompletedTask;

    /// <inheritdoc/>
    public Task ReleaseAll(Func<GrainId, bool> stays)
    {
        List<Task>? ending = null;
        foreach (var grainClass in Classes)
        {
            if (!grainClass.IsOwned) continue;
            foreach (var activation in grainClass.Activations)
                if (!stays(activation.GrainId)) (ending ??= []).Add(EndMoved(activation));
        }

        return ending is null ? Task.CompletedTask : Task.WhenAll(ending);
    }

    /// <inheritdoc/>
    public void Receive(Request request, long viewVersion)
    {
        if (_agent is { } agent && agent.View.Version < viewVersion) _ = RouteAfter(agent.Refresh(viewVersion), request);
        else Route(request);
    }

    /// <inheritdoc/>
    public void Moved(Request request, long viewVersion)
    {
        if (++request.Moves > MovesMax)
        {
            request.Settle(new OrleansMessageRejectionException(
                $"{request} was sent to {MovesMax} silos and none of them owned its target: the view of the cluster does not come to rest."));
        }
        else if (_agent is { } agent)
        {
            _ = RouteAfter(agent.Refresh(viewVersion), request);
        }
        else
        {
            Route(request);
        }
    }

    /// <inheritdoc/>
    public void NotSent(Request request, string reason)
    {
        // A grain of one silo has no other place to go to.
        if (_chance is { } chance && request.Reference.Shared.Class is { IsOwned: true } && ++request.Moves <= NextChance.ChancesMax)
            _ = RouteAfter(chance.Wait(), request);
        else
            MessageCenter.Fail(Log, request, reason);
    }

    private Task EndMoved(Activation activation)
    {
        var leaves = _agent is { } agent && agent.View.Find(agent.Self) is { Status: MemberStatus.Leaving };

        // Asked before the end is, so that it is there to be completed.
        var ended = activation.Deactivated;
        activation.Deactivate(leaves
            ? new DeactivationReason(DeactivationReasonCode.ShuttingDown, "The silo is shutting down.")
            : new DeactivationReason(DeactivationReasonCode.RuntimeRequested, "Another silo owns the grain."));
        return ended;
    }

    // True when the target's activation is to be here. Otherwise the request was passed on or waits.
    private bool RouteHere(Request request, GrainClass grainClass, IClusterAgent agent)
    {
        var reference = request.Reference;
        if (!grainClass.IsOwned)
        {
            var silo = SiloKeyPlacement.SiloOf(reference.Key);
            if (agent.Self.Equals(silo)) return true;
            if (agent.View.Find(silo) is null) throw new SiloUnavailableException($"Silo {silo} is not a member of the cluster.");
            SendTo(request, silo, agent.View);
            return false;
        }

        while (true)
        {
            var view = agent.View;
            var grainId = reference.GrainId;
            var owner = view.OwnerOf(grainId);
            if (owner is null)
            {
                // The last silo is leaving: what it still has may be called while it ends.
                if (grainClass.Find(reference.Key) is not null) return true;
                throw new SiloUnavailableException("No silo of the cluster is active.");
            }

            if (!owner.Address.Equals(agent.Self))
            {
                SendTo(request, owner.Address, view);
                return false;
            }

            switch (agent.Admit(grainId))
            {
                case Admission.Here:
                    return true;
                case Admission.Wait:
                    _ = RouteAfter(agent.WhenAdmissible(grainId), request);
                    return false;
                case Admission.NotServing:
                    throw NotServing();
                default:
                    // The view changed between the two questions.
                    break;
            }
        }
    }

    // What another process sent goes back to it, so that it waits for the silo that answers; unless it waits for nothing.
    private void SendTo(Request request, SiloAddress silo, ClusterView view)
    {
        if (request.IsFromElsewhere && !request.IsOneWay) request.AnswerMoved(view.Version);
        else _messages!.Send(request, silo, view.Version);
    }

    // An observer is in this process, in another silo, or in a client. Clients connect to every silo, so one that is not connected
    // here has either gone or not yet seen this silo join: another silo may still reach it.
    private void RouteToObserver(Request request)
    {
        if (_agent is not { } agent || Observers.TryRoute(request))
        {
            if (_agent is null) Observers.Route(request);
            return;
        }

        var client = ClientKeys.ClientOf(request.Reference);
        if (client == ClientId)
        {
            Observers.Route(request);
            return;
        }

        var view = agent.View;
        if (ClientKeys.SiloOf(client) is { } silo)
        {
            if (view.Find(silo) is null) throw new ClientNotAvailableException(client);
            _messages!.Send(request, silo, view.Version, FrameFlags.Relay);
            return;
        }

        if (_messages!.TrySendToClient(request, client, view.Version)) return;
        var others = view.Members.Where(m => m.Gateway is not null && m.Address != agent.Self).ToArray();
        if (request.Forwards >= Math.Min(ForwardsMax, others.Length)) throw new ClientNotAvailableException(client);
        _messages.Send(request, others[request.Forwards++ % others.Length].Address, view.Version, FrameFlags.Relay);
    }

    private async Task RouteAfter(Task change, Request request)
    {
        await change.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ForceYielding);
        Route(request);
    }
}
