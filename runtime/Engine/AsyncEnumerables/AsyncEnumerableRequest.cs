using System.ComponentModel;
using Orleans.Runtime;
using Orleans.Serialization.Invocation;

namespace Orleans.Bundled;

/// <summary>
/// A call of a method that returns <see cref="IAsyncEnumerable{T}"/>. The call itself only begins the enumeration and is answered
/// with its id; elements are asked for through <see cref="IAsyncEnumerations"/>.
/// </summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public abstract class AsyncEnumerableRequest<T> : ResultRequest<Guid>
{
    /// <summary>Returns what sends the request once somebody enumerates it.</summary>
    public IAsyncEnumerable<T> Send(GrainReference target)
    {
        ArgumentNullException.ThrowIfNull(target);
        return new GrainEnumerable<T>(this, target);
    }

    /// <inheritdoc/>
    public override ValueTask<Response> Invoke()
    {
        try
        {
            return new(Response.FromResult(Begin(GetTarget()!)));
        }
        catch (Exception exception)
        {
            return new(Response.FromException(exception));
        }
    }

    /// <summary>Calls the method.</summary>
    protected abstract IAsyncEnumerable<T> Call(object target);

    /// <summary>Replaces mutable arguments by copies, so that each enumeration has its own.</summary>
    protected virtual void CopyArguments()
    {
    }

    /// <summary>Copies an element before it leaves the callee.</summary>
    protected virtual T CopyItem(T value) => value;

    internal sealed override bool Start(object target)
    {
        try
        {
            Succeed(Begin(target));
        }
        catch (Exception exception)
        {
            FailStart(exception);
        }

        return true;
    }

    /// <summary>Begins an enumeration of its own.</summary>
    internal Task<Guid> SendStart(GrainReference target)
    {
        var start = (AsyncEnumerableRequest<T>)Copy();
        start.CopyArguments();
        return start.SendCore(target);
    }

    private Guid Begin(object target)
    {
        if (Queue is not Activation activation) throw new NotSupportedException($"{this} was not sent to a grain, so it cannot be enumerated.");
        var enumerations = (AsyncEnumerations)activation.GetExtension<IAsyncEnumerations>();
        return enumerations.Begin(ended =>
        {
            // The method's own token is that of the whole enumeration rather than of this call.
            SetCancellationToken(ended);
            return Call(target);
        }, CopyItem);
    }
}
