namespace Orleans.Serialization;

/// <summary>Bytes could not be read, or a value could not be written.</summary>
public class SerializerException : Exception
{
    /// <summary>Makes the exception with a general message.</summary>
    public SerializerException()
    {
    }

    /// <summary>Makes the exception.</summary>
    public SerializerException(string message)
        : base(message)
    {
    }

    /// <summary>Makes the exception with its cause.</summary>
    public SerializerException(string message, Exception? innerException)
        : base(message, innerException)
    {
    }
}

/// <summary>A value's type is not known to the serializer: it has neither an annotation, nor a converter, nor a built-in codec.</summary>
public sealed class CodecNotFoundException : SerializerException
{
    /// <summary>Makes the exception with a general message.</summary>
    public CodecNotFoundException()
    {
    }

    /// <summary>Makes the exception.</summary>
    public CodecNotFoundException(string message)
        : base(message)
    {
    }

    /// <summary>Makes the exception with its cause.</summary>
    public CodecNotFoundException(string message, Exception? innerException)
        : base(message, innerException)
    {
    }
}

/// <summary>Stands for an exception whose type this process does not have.</summary>
public sealed class UnavailableExceptionFallbackException : Exception
{
    /// <summary>Makes the exception for a type that has no name.</summary>
    public UnavailableExceptionFallbackException()
        : this("")
    {
    }

    /// <summary>Makes the exception.</summary>
    /// <param name="exceptionType">The name of the type that was thrown.</param>
    public UnavailableExceptionFallbackException(string exceptionType) => ExceptionType = exceptionType;

    /// <summary>Makes the exception with its cause.</summary>
    /// <param name="exceptionType">The name of the type that was thrown.</param>
    /// <param name="innerException">The inner exception that travelled with it.</param>
    public UnavailableExceptionFallbackException(string exceptionType, Exception? innerException)
        : base(null, innerException) => ExceptionType = exceptionType;

    /// <summary>The name of the type that was thrown.</summary>
    public string ExceptionType { get; }

    /// <inheritdoc/>
    public override string ToString() => $"{ExceptionType}: {Message}{Environment.NewLine}{StackTrace}";
}

/// <summary>Which exceptions without an annotation are serialized.</summary>
public class ExceptionSerializationOptions
{
    internal static readonly ExceptionSerializationOptions Default = new();

    /// <summary>Namespaces, by their beginning, whose exceptions are serialized by what every exception has.</summary>
#pragma warning disable CA2227 // The programming model lets an application put its own set here.
    public HashSet<string> SupportedNamespacePrefixes { get; set; } = new(StringComparer.Ordinal) { "Microsoft", "System", "Azure" };
#pragma warning restore CA2227

    /// <summary>Allows further types; by default none.</summary>
    public Func<Type, bool> SupportedExceptionTypeFilter { get; set; } = static _ => false;

    internal bool Allows(Type type)
    {
        var space = type.Namespace ?? "";
        foreach (var prefix in SupportedNamespacePrefixes)
            if (space.StartsWith(prefix, StringComparison.Ordinal) && (space.Length == prefix.Length || space[prefix.Length] == '.')) return true;
        return space == "Orleans" || space.StartsWith("Orleans.", StringComparison.Ordinal) || SupportedExceptionTypeFilter(type);
    }
}
