namespace Secrets;

/// <summary>An exception that nobody has taught the serializer, of a namespace whose exceptions are not sent unasked.</summary>
public sealed class SecretException(string message) : Exception(message);
