using Microsoft.Extensions.DependencyInjection;

namespace OrleansSocial.Kernel;

/// <summary>The one way to write a grain's own state.</summary>
internal static class StateCommit
{
    /// <summary>Makes <paramref name="next"/> durable and then current. If the write fails, nobody sees it: the grain goes and the next one reads what is stored.</summary>
    public static async Task Commit<T>(this IPersistentState<T> state, IGrainBase owner, T next)
    {
        var before = state.State;
        state.State = next;
        try
        {
            await state.WriteStateAsync();
        }
        catch (Exception fault)
        {
            if (WriteFence.IsRefusal(fault)) owner.GrainContext.ActivationServices.GetRequiredService<WriteFence>().CountRefused();
            state.State = before;
            owner.DeactivateOnIdle();
            throw;
        }
    }
}
