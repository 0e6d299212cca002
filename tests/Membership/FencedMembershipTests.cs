using System.Net;

namespace OrleansSocial.Membership;

/// <summary>Whatever keeps the members: a silo is fenced before anybody can read that it is dead.</summary>
public sealed class FencedMembershipTests : IAsyncDisposable
{
    private static readonly SiloAddress s_silo = SiloAddress.New(IPAddress.Parse("10.0.0.1"), 11111, 7);

    private readonly Recorded _table = new();
    private Database? _database;
    private FenceStore? _fences;

    [Fact]
    public async Task The_fence_is_down_before_the_death_is_written()
    {
        var (fences, members) = await Start();
        _table.BeforeUpdate = async () => Assert.Empty(await fences.All(default));

        Assert.True(await members.UpdateRowAsync(Entry(SiloStatus.Dead), "1", new TableVersion(2, "2"), default));

        Assert.Equal([SiloStatus.Dead], _table.Written);
    }

    [Fact]
    public async Task The_fence_stays_down_when_the_death_cannot_be_written()
    {
        var (fences, members) = await Start();
        _table.Answer = false;

        Assert.False(await members.UpdateRowAsync(Entry(SiloStatus.Dead), "1", new TableVersion(2, "2"), default));

        Assert.Empty(await fences.All(default));
    }

    [Theory]
    [InlineData(SiloStatus.Joining)]
    [InlineData(SiloStatus.Active)]
    [InlineData(SiloStatus.ShuttingDown)]
    [InlineData(SiloStatus.Stopping)]
    public async Task Any_other_change_leaves_the_fence_up(SiloStatus status)
    {
        var (fences, members) = await Start();

        await members.UpdateRowAsync(Entry(status), "1", new TableVersion(2, "2"), default);

        Assert.Single(await fences.All(default));
    }

    [Fact]
    public async Task Nothing_is_declared_while_the_fence_cannot_be_taken_down()
    {
        var members = new FencedMembership(_table, new FenceStore(Open("Host=127.0.0.1;Port=1"), TimeProvider.System));

        await Assert.ThrowsAsync<DatabaseUnavailableException>(() => members.UpdateRowAsync(Entry(SiloStatus.Dead), "1", new TableVersion(2, "2"), default));

        Assert.Empty(_table.Written);
    }

    public async ValueTask DisposeAsync()
    {
        if (_fences is not null) await _fences.DisposeAsync();
        if (_database is not null) await _database.DisposeAsync();
    }

    private static MembershipEntry Entry(SiloStatus status) => new() { SiloAddress = s_silo, Status = status, SiloName = "one", HostName = "host" };

    private Database Open(string connection) => _database = new(connection, new DatabaseOptions(), new WriteFence(), TimeProvider.System);

    private async Task<(FenceStore Fences, FencedMembership Members)> Start()
    {
        var connection = await TestServer.NewDatabase();
        _fences = new(Open(connection), TimeProvider.System);
        await _fences.Put(s_silo.ToParsableString(), Guid.CreateVersion7(), "postgresql", default);
        return (_fences, new(_table, _fences));
    }

    /// <summary>A table of members that remembers what was written to it.</summary>
    private sealed class Recorded : IMembershipTable
    {
        public List<SiloStatus> Written { get; } = [];

        public bool Answer { get; set; } = true;

        public Func<Task> BeforeUpdate { get; set; } = () => Task.CompletedTask;

        public async Task<bool> UpdateRow(MembershipEntry entry, string etag, TableVersion tableVersion)
        {
            await BeforeUpdate();
            Written.Add(entry.Status);
            return Answer;
        }

        public Task InitializeMembershipTable(bool tryInitTableVersion) => throw new NotSupportedException();

        public Task DeleteMembershipTableEntries(string clusterId) => throw new NotSupportedException();

        public Task CleanupDefunctSiloEntries(DateTimeOffset beforeDate) => throw new NotSupportedException();

        public Task<MembershipTableData> ReadRow(SiloAddress key) => throw new NotSupportedException();

        public Task<MembershipTableData> ReadAll() => throw new NotSupportedException();

        public Task<bool> InsertRow(MembershipEntry entry, TableVersion tableVersion) => throw new NotSupportedException();

        public Task UpdateIAmAlive(MembershipEntry entry) => throw new NotSupportedException();
    }
}
