namespace Strangers;

/// <summary>Nobody annotated this one either, and its namespace is nobody's that is known.</summary>
public sealed class StrangeException(string message) : Exception(message);
