using Microsoft.Extensions.Options;
using Npgsql;
using Orleans.Configuration;
using Orleans.Messaging;
using Orleans.Runtime;

namespace Orleans.Bundled;

/// <summary>The gateways of the active silos whose leases stand.</summary>
internal sealed class PostgresGatewayList(
    IOptions<AdoNetClusteringClientOptions> options, IOptions<ClusterOptions> cluster, IOptions<GatewayOptions> gateways)
    : IGatewayListProvider, IAsyncDisposable
{
    private readonly NpgsqlDataSource? _own = options.Value.DataSource is null ? NpgsqlDataSource.Create(options.Value.ConnectionString) : null;

    public TimeSpan MaxStaleness => gateways.Value.GatewayListRefreshPeriod;

    public bool IsUpdatable => true;

    private NpgsqlDataSource Source => _own ?? (NpgsqlDataSource)options.Value.DataSource!;

    public Task InitializeGatewayListProvider() => Task.CompletedTask;

    public async Task<IList<Uri>> GetGateways()
    {
        try
        {
            await using var command = Source.CreateCommand(MembershipSql.Gateways);
            command.Parameters.Add(new NpgsqlParameter { Value = cluster.Value.ClusterId });
            command.Parameters.Add(new NpgsqlParameter { Value = MembershipSql.Engine });
            await using var rows = await command.ExecuteReaderAsync();
            var found = new List<Uri>();
            while (await rows.ReadAsync()) found.Add(Gateways.ToUri(SiloAddress.FromParsableString(rows.GetString(0))));
            return found;
        }
        catch (PostgresException exception) when (exception.SqlState is PostgresErrorCodes.UndefinedTable or PostgresErrorCodes.UndefinedColumn)
        {
            throw new OrleansConfigurationException(
                $"The database has no table of leases ({exception.MessageText}). Name the database of the silos, or start a silo on it first.", exception);
        }
        catch (NpgsqlException exception)
        {
            throw new SiloUnavailableException($"The list of gateways cannot be read: {exception.Message}", exception);
        }
    }

    public ValueTask DisposeAsync() => _own?.DisposeAsync() ?? default;
}
