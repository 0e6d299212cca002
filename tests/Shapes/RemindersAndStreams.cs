using Orleans.Providers;
using Orleans.Streams;
using Orleans.Streams.Core;
using Orleans.Timers;

namespace Orleans.Shapes;

/// <summary>A remindable grain, said on its interface.</summary>
public interface IDigestGrain : IGrainWithStringKey, IRemindable
{
    Task Begin();
}

/// <summary>Reminders from a class with a base class.</summary>
public sealed class DigestGrain : Grain, IDigestGrain
{
    public async Task Begin()
    {
        await this.RegisterOrUpdateReminder("digest", TimeSpan.FromMinutes(1), TimeSpan.FromHours(24));
        IGrainReminder reminder = await this.GetReminder("digest");
        foreach (var other in await this.GetReminders())
            if (other.ReminderName != reminder.ReminderName) await this.UnregisterReminder(other);
    }

    public async Task ReceiveReminder(string reminderName, TickStatus status)
    {
        if (status.CurrentTickTime - status.FirstTickTime < status.Period) return;
        try
        {
            await this.UnregisterReminder(await this.GetReminder(reminderName));
        }
        catch (ReminderException)
        {
            DeactivateOnIdle();
        }
    }
}

public interface IExpiryGrain : IGrainWithGuidKey
{
    Task Arm();
}

/// <summary>Reminders from a class without one, said on the class.</summary>
public sealed class ExpiryGrain(IGrainContext context, IReminderRegistry reminders) : IGrainBase, IExpiryGrain, IRemindable
{
    public IGrainContext GrainContext => context;

    public Task Arm() => reminders.RegisterOrUpdateReminder(context.GrainId, "expiry", TimeSpan.Zero, TimeSpan.FromMinutes(5));

    public Task ReceiveReminder(string reminderName, TickStatus status) => Task.CompletedTask;
}

[GenerateSerializer, Immutable, Alias("shapes.msg")]
public sealed record Msg([property: Id(0)] string Text, [property: Id(1)] DateTimeOffset At);

public interface IRoomListener : IGrainWithGuidKey
{
    Task Join(string room);
}

/// <summary>Streams: an observer, delegates, handles, batches and tokens.</summary>
[ImplicitStreamSubscription("announcements")]
[RegexImplicitStreamSubscription("^news-")]
public sealed class RoomListener : Grain, IRoomListener, IAsyncObserver<Msg>, IStreamSubscriptionObserver
{
    private StreamSequenceToken? _last;

    public override async Task OnActivateAsync(CancellationToken cancellationToken)
    {
        var stream = this.GetStreamProvider("chat").GetStream<Msg>(StreamId.Create("room", this.GetPrimaryKey()));
        foreach (var handle in await stream.GetAllSubscriptionHandles()) await handle.ResumeAsync(this);
        await base.OnActivateAsync(cancellationToken);
    }

    public async Task Join(string room)
    {
        var stream = this.GetStreamProvider("chat").GetStream<Msg>("room", room);
        var handle = await stream.SubscribeAsync(async (item, token) =>
        {
            _last = token;
            await OnNextAsync(item, token);
        });
        await stream.SubscribeAsync((item, _) => Task.CompletedTask, error => Task.CompletedTask, () => Task.CompletedTask, _last!);
        await stream.SubscribeAsync(items => Task.FromResult(items.Count));
        handle = await handle.ResumeAsync(this, _last);
        await handle.ResumeAsync((_, _) => Task.CompletedTask, OnErrorAsync);
        await stream.OnNextAsync(new Msg("hello", DateTimeOffset.UnixEpoch));
        await stream.OnNextBatchAsync([new Msg("one", DateTimeOffset.UnixEpoch), new Msg("two", DateTimeOffset.UnixEpoch)]);
        await handle.UnsubscribeAsync();
    }

    public Task OnNextAsync(Msg item, StreamSequenceToken? token = null) => Task.CompletedTask;

    public Task OnErrorAsync(Exception ex) => Task.CompletedTask;

    public Task OnSubscribed(IStreamSubscriptionHandleFactory handleFactory) => handleFactory.Create<Msg>().ResumeAsync(this);
}

/// <summary>How a silo gets them.</summary>
public static class RemindersAndStreams
{
    public static ISiloBuilder InMemory(ISiloBuilder silo) => silo
        .UseInMemoryReminderService()
        .Configure<ReminderOptions>(o => o.MinimumReminderPeriod = TimeSpan.FromSeconds(30))
        .AddMemoryGrainStorage(ProviderConstants.DEFAULT_PUBSUB_PROVIDER_NAME)
        .AddMemoryStreams("feed")
        .AddMemoryStreams<DefaultMemoryMessageBodySerializer>("chat", streams =>
        {
            streams.ConfigurePartitioning(4);
            streams.ConfigureStreamPubSub(StreamPubSubType.ExplicitGrainBasedAndImplicit);
            streams.ConfigurePullingAgent(o => o.Configure(p => p.MaxEventDeliveryTime = TimeSpan.FromSeconds(10)));
        });

    public static ISiloBuilder InPostgres(ISiloBuilder silo, string connectionString) => silo
        .UseAdoNetReminderService(o =>
        {
            o.Invariant = "Npgsql";
            o.ConnectionString = connectionString;
        })
        .UseAdoNetReminderService(o => o.Configure<ClusterOptionsHolder>((table, holder) => table.ConnectionString = holder.ConnectionString));

    /// <summary>Something that options are made from.</summary>
    public sealed class ClusterOptionsHolder
    {
        public string ConnectionString { get; set; } = "";
    }
}
