using Support;

namespace OrleansSocial.Support;

/// <summary>The PostgreSQL server of this test run: one for all, with a database for each host.</summary>
public static class TestServer
{
    private static readonly Lazy<Task<PrivatePostgres>> s_server = new(() => PrivatePostgres.Start());

    /// <summary>A new database, empty but for what the scripts make; migrations come with the host that uses it.</summary>
    public static async Task<string> NewDatabase(params string[] scripts) => await (await s_server.Value).CreateDatabase(scripts);
}
