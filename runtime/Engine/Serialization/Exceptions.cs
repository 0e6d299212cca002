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
