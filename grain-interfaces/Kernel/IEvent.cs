namespace OrleansSocial.Kernel;

/// <summary>Something that has happened, told in the past tense by the slice where it did. Stored in the transaction of the change, and read by whoever subscribes.</summary>
/// <remarks>
/// An event is declared once, as a record beside the interfaces of its slice: <c>[GenerateSerializer, Immutable, Alias("slice.happened")]</c>.
/// The alias names it in the log, where rows of every version lie: it is kept for ever, members are only added, and those have a default.
/// </remarks>
public interface IEvent
{
    /// <summary>What it is about. The events of one topic are written by one grain, and they are told and handled in the order in which they happened.</summary>
    Guid Topic { get; }
}

/// <summary>An event that one person is told: live, and again from their cursor.</summary>
public interface IPersonal : IEvent
{
    /// <summary>Who.</summary>
    UserId To { get; }

    /// <inheritdoc/>
    Guid IEvent.Topic => To;
}

/// <summary>Names a personal event to the clients of the person it is told; its members are then what they read.</summary>
/// <param name="type">Such as <c>bookmark.saved</c>; kept for ever.</param>
[AttributeUsage(AttributeTargets.Class, Inherited = false)]
public sealed class ToldAttribute(string type) : Attribute
{
    /// <summary>The type as clients read it.</summary>
    public string Type => type;
}
