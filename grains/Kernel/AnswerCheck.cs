using System.Collections.Concurrent;
using System.Reflection;

namespace OrleansSocial.Kernel;

/// <summary>Holds what grains answer to the refusals that their methods declare.</summary>
/// <remarks>Registered only where this is demanded, so that no other silo pays for it.</remarks>
internal sealed class AnswerCheck : IIncomingGrainCallFilter
{
    private readonly ConcurrentDictionary<MethodInfo, IReadOnlyList<Refusal>> _declared = new();

    public async Task Invoke(IIncomingGrainCallContext context)
    {
        await context.Invoke();
        if (context.Result is IOutcome { Refusal: { } refusal })
            Refusals.Check($"{context.InterfaceMethod.DeclaringType!.Name}.{context.MethodName}", _declared.GetOrAdd(context.InterfaceMethod, Refusals.Of), refusal);
    }
}
