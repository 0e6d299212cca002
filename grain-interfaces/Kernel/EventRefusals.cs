namespace OrleansSocial.Kernel;

/// <summary>Refusals of the log of events.</summary>
public static class EventRefusals
{
    /// <summary>No event of that name is parked for this subscriber.</summary>
    public static readonly Refusal NotParked = new("events.not_parked", Kind.NotFound, "This subscriber has no such event parked.");

    /// <summary>The handler has failed once more.</summary>
    public static readonly Refusal FailedAgain = new("events.failed_again", Kind.Conflict, "The event could not be handled this time either; the error is kept with it.");
}
