using System.Runtime.ExceptionServices;

namespace Orleans.Serialization.Invocation;

/// <summary>The outcome of a call: a result or an exception.</summary>
public abstract class Response : IDisposable
{
    /// <summary>The outcome of a method that succeeded and returns nothing.</summary>
    public static Response Completed { get; } = new CompletedResponse();

    /// <summary>The result; null when there is none. Reading it from a failed response throws that failure.</summary>
    public abstract object? Result { get; set; }

    /// <summary>The failure, or null.</summary>
    public abstract Exception? Exception { get; set; }

    /// <summary>A failed outcome.</summary>
    public static Response FromException(Exception exception)
    {
        ArgumentNullException.ThrowIfNull(exception);
        return new ExceptionResponse(exception);
    }

    /// <summary>A successful outcome with a result.</summary>
    public static Response FromResult<TResult>(TResult value) => new ResultResponse<TResult>(value);

    /// <summary>The result as a type. Throws the failure of a failed response, and <see cref="InvalidCastException"/>
    /// when the result is of another type.</summary>
    public abstract T GetResult<T>();

    /// <inheritdoc/>
    public void Dispose()
    {
        Dispose(true);
        GC.SuppressFinalize(this);
    }

    /// <summary>Frees what a response holds.</summary>
    protected virtual void Dispose(bool disposing)
    {
    }

    private sealed class CompletedResponse : Response
    {
        public override object? Result
        {
            get => null;
            set => throw new InvalidOperationException("This response is shared; set the context's Result instead.");
        }

        public override Exception? Exception
        {
            get => null;
            set => throw new InvalidOperationException("This response is shared; set the context's Response instead.");
        }

        public override T GetResult<T>() => default!;

        public override string ToString() => "[Completed]";
    }

    private sealed class ExceptionResponse(Exception exception) : Response
    {
        public override object? Result
        {
            get
            {
                ExceptionDispatchInfo.Throw(Exception!);
                return null;
            }

            set => throw new InvalidOperationException("A failed response holds no result.");
        }

        public override Exception? Exception { get; set; } = exception;

        public override T GetResult<T>()
        {
            ExceptionDispatchInfo.Throw(Exception!);
            return default;
        }

        public override string ToString() => Exception?.ToString() ?? "[failed]";
    }

    private sealed class ResultResponse<TResult>(TResult value) : Response
    {
        private TResult _value = value;

        public override object? Result
        {
            get => _value;
            set => _value = (TResult)value!;
        }

        public override Exception? Exception
        {
            get => null;
            set => throw new InvalidOperationException("A successful response holds no exception.");
        }

        public override T GetResult<T>() => typeof(T) == typeof(TResult) || _value is T ? (T)(object)_value! : _value is null ? default! : (T)Result!;

        public override string ToString() => _value?.ToString() ?? "[null]";
    }
}
