namespace OrleansSocial.Kernel;

/// <summary>Whoever pushes personal events to the people they are for.</summary>
internal interface IPersonalEvents
{
    /// <summary>Pushes an event that is stored. May be lost: the person's cursor has it.</summary>
    void Tell(StoredEvent stored);

    /// <summary>Pushes what is never stored.</summary>
    void Tell(UserId to, LiveEvent passing);
}
