namespace Orleans.Conformance.Compatibility;

/// <summary>What the programming model has and the bundled runtime has not, with the reason.</summary>
internal static class AbsentFeatures
{
    public static readonly (string Feature, string Why)[] All =
    [
        ("Transactions (ITransactionalState<T>)", "A separate subsystem; PostgreSQL transactions in stores do what applications here need."),
        ("Event sourcing and journaling (JournaledGrain)", "A separate subsystem."),
        ("Durable jobs", "A separate subsystem; reminders cover scheduled work."),
        ("Broadcast channels", "Streams and observers cover fan-out."),
        ("Persistent stream adapters (AddPersistentStreams), mappers of stream ids", "A broker with its own client is the better tool for durable streams."),
        ("Grain services and system targets", "Infrastructure of the original engine."),
        ("Interface versioning and heterogeneous silos", "One deployable: every silo hosts every grain class."),
        ("Live migration (IGrainMigrationParticipant), rebalancing, repartitioning", "A grain that moves is deactivated and activated; its state is in storage."),
        ("[UseActivator], [GeneratedActivatorConstructor], [SerializationCallbacks], [GenerateCodeForDeclaringAssembly]", "Objects are made as they are written; foreign types have converters or travel as JSON."),
        ("Custom codecs on Reader and Writer ([RegisterSerializer], [RegisterCopier])", "The wire format is the engine's own; converters and JSON serve foreign types."),
        ("Placement filters", "Experimental in the original."),
        ("Placement by caller or by load ([PreferLocalPlacement], [ActivationCountBasedPlacement], [ResourceOptimizedPlacement])", "The attributes are accepted, and such grains are placed like all others: by a hash of their identity."),
        ("Custom placement directors", "Placement is computed from the cluster's view; every silo must compute the same."),
        ("Pluggable grain directories", "There is no directory: placement is computed and handed over, which is at least as strong."),
        ("GrainCancellationToken", "CancellationToken replaced it."),
        ("Redis providers", "A cluster needs PostgreSQL and nothing else; the Microsoft engine has them."),
        ("Load shedding and GatewayTooBusyException", "Off by default in the original; limits of queues refuse instead."),
        ("MessagePack, Protobuf, Newtonsoft.Json serializers", "System.Text.Json serves types without annotation."),
        ("Wire compatibility with Microsoft Orleans silos", "A cluster runs one engine; stored state and reminders can be shared."),
    ];
}
