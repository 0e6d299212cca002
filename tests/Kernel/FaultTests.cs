using System.Reflection;
using System.Runtime.CompilerServices;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using Orleans.Networking.Shared;
using Orleans.Runtime.Messaging;
using Orleans.Serialization;
using Orleans.Storage;

namespace OrleansSocial.Kernel;

/// <summary>Which exceptions are told as "come again", and which are bugs.</summary>
[Collection(SharedApplication.Name)]
public class FaultTests(SharedHost shared)
{
    // Every exception of these libraries that is no bug. What is not here is one, and stays a 500.
    private static readonly HashSet<string> s_comeAgain =
    [
        nameof(OrleansMessageRejectionException), nameof(SiloUnavailableException), nameof(ClientNotAvailableException), nameof(GatewayTooBusyException),
        nameof(LimitExceededException), nameof(ConnectionFailedException), nameof(SocketConnectionException), nameof(InconsistentStateException),
        nameof(EnumerationAbortedException), nameof(OrleansLifecycleCanceledException), nameof(OrleansException), "ReminderException", "CacheFullException",
        "OrleansMissingMembershipEntryException", "OrleansClusterConnectivityCheckFailedException",
        "TimeoutRejectedException", "BrokenCircuitException", "BrokenCircuitException`1", "IsolatedCircuitException",
        "RateLimitRejectedException", "BulkheadRejectedException",
        "RedisConnectionException", "RedisTimeoutException",
    ];

    private static readonly string[] s_bugs =
    [
        nameof(OrleansConfigurationException), nameof(WrappedException), nameof(GrainExtensionNotInstalledException), nameof(GrainReferenceNotBoundException),
        nameof(BadProviderConfigException), nameof(InvalidMessageFrameException), "ProviderInitializationException", "ProviderStateException",
        nameof(SerializerException), nameof(CodecNotFoundException), nameof(UnavailableExceptionFallbackException), nameof(NpgsqlOperationInProgressException),
    ];

    public static TheoryData<Type> Exceptions() => [.. All()];

    private static IEnumerable<Type> All()
    {
        string[] names =
        [
            "Orleans.Core.Abstractions", "Orleans.Core", "Orleans.Runtime", "Orleans.Reminders", "Orleans.Streaming", "Orleans.Serialization",
            "Orleans.Clustering.AdoNet", "Orleans.Persistence.AdoNet", "Orleans.Reminders.AdoNet", "Orleans.Clustering.Redis",
            "Npgsql", "Polly.Core", "Polly", "StackExchange.Redis",
        ];
        return names.SelectMany(name => Assembly.Load(name).GetTypes()).Where(type => type is { IsVisible: true, IsAbstract: false } && typeof(Exception).IsAssignableFrom(type))
            .Select(type => type.IsGenericTypeDefinition ? type.MakeGenericType(typeof(int)) : type);
    }

    [Theory]
    [MemberData(nameof(Exceptions))]
    public void An_exception_of_a_library_is_judged_by_its_type(Type type)
    {
        ArgumentNullException.ThrowIfNull(type);
        var fault = (Exception)RuntimeHelpers.GetUninitializedObject(type);

        Assert.Equal(s_comeAgain.Contains(type.Name), Outage.Describes(fault));
    }

    [Fact]
    public void The_list_names_exceptions_that_there_are()
    {
        var all = All().Select(type => type.Name).ToHashSet();

        Assert.Empty(s_comeAgain.Except(all));
        Assert.Empty(s_bugs.Except(all));
        Assert.Empty(s_bugs.Intersect(s_comeAgain));
    }

    public static TheoryData<Exception, bool> Faults() => new()
    {
        { new TimeoutException(), true },
        { new TaskCanceledException(), true },
        { new DatabaseUnavailableException(), true },
        { new OrleansException("Current directory is not stable"), true },
        { new OrleansException("Error from storage provider", new NpgsqlException("away", new IOException())), true },
        { new OrleansException("Error from storage provider", Sql("57P01")), true },
        { new OrleansException("Error from storage provider", Sql("42601")), false },
        { new OrleansException("Error from storage provider", new InvalidOperationException("a bug")), false },
        { new SiloUnavailableException("gone"), true },
        { new AggregateException(new TimeoutException(), new SiloUnavailableException()), true },
        { new AggregateException(new TimeoutException(), new InvalidOperationException()), false },
        { Sql("08006"), true },
        { Sql("53300"), true },
        { Sql("57P03"), true },
        { Sql("25006"), true },
        { Sql("40001"), true },
        { Sql("40P01"), true },
        { Sql("55P03"), true },
        { Sql("57014"), true },
        { Sql("23505"), false },
        { Sql("42P01"), false },
        { new NpgsqlException("The connection pool has been exhausted", new TimeoutException()), true },
        { new NpgsqlException("a bug"), false },
        { new ObjectDisposedException("service"), false },
        { new InvalidOperationException("a bug"), false },
    };

    [Theory]
    [MemberData(nameof(Faults))]
    public void A_fault_means_what_it_wraps(Exception fault, bool comeAgain)
        => Assert.Equal(comeAgain ? CommonRefusals.Unavailable : null, Kernel.Faults.RefusalFor(fault));

    [Theory]
    [MemberData(nameof(Faults))]
    public void A_fault_means_the_same_at_another_silo(Exception fault, bool comeAgain)
    {
        var serializer = shared.Host.Services.GetRequiredService<Serializer>();

        var arrived = serializer.Deserialize<Exception>(serializer.SerializeToArray(fault));

        Assert.Equal(comeAgain, Outage.Describes(arrived!));
    }

    [Fact]
    public void What_is_disposed_already_is_no_bug_while_the_node_stops()
    {
        var fault = new ObjectDisposedException("service");

        Assert.Equal(CommonRefusals.Unavailable, Kernel.Faults.RefusalFor(fault, stopping: true));
        Assert.Null(Kernel.Faults.RefusalFor(fault));
        Assert.Equal(CommonRefusals.Malformed, Kernel.Faults.RefusalFor(new BadHttpRequestException("not JSON"), stopping: true));
    }

    private static PostgresException Sql(string state) => new("told by the server", "ERROR", "ERROR", state);
}
