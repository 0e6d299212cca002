namespace Orleans.Bundled;

/// <summary>The statements of grain storage. Parameters 1 to 7 are the key in the order of <c>Key</c>.</summary>
internal static class StorageSql
{
    public const string Read = $"SELECT payloadbinary, version FROM orleansstorage WHERE {Key}";

    /// <summary>Parameter 8 is the payload. No row comes back when the state is stored already.</summary>
    public const string Insert =
        """
        INSERT INTO orleansstorage
            (grainidhash, graintypehash, grainidn0, grainidn1, grainidextensionstring, graintypestring, serviceid,
             payloadbinary, modifiedon, version)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, now() AT TIME ZONE 'utc', 1)
        ON CONFLICT DO NOTHING
        RETURNING version
        """;

    /// <summary>Parameters 8 and 9 are the payload and the version read. No row comes back when another version is stored.</summary>
    public const string Update =
        $"""
        UPDATE orleansstorage SET payloadbinary = $8, modifiedon = now() AT TIME ZONE 'utc', version = version + 1
        WHERE {Key} AND version = $9
        RETURNING version
        """;

    /// <summary>Parameter 8 is the version read.</summary>
    public const string Clear =
        $"""
        UPDATE orleansstorage SET payloadbinary = NULL, modifiedon = now() AT TIME ZONE 'utc', version = version + 1
        WHERE {Key} AND version = $8
        RETURNING version
        """;

    /// <summary>Parameter 8 is the version read.</summary>
    public const string Delete = $"DELETE FROM orleansstorage WHERE {Key} AND version = $8 RETURNING version";

    public const string CheckTable =
        """
        SELECT current_database(),
               to_regclass('orleansstorage') IS NOT NULL,
               EXISTS (SELECT 1 FROM pg_index
                       WHERE indrelid = to_regclass('orleansstorage') AND indisunique AND indisvalid AND indnkeyatts >= 7)
        """;

    private const string Key =
        """
        grainidhash = $1 AND graintypehash = $2 AND grainidn0 = $3 AND grainidn1 = $4
        AND grainidextensionstring IS NOT DISTINCT FROM $5 AND graintypestring = $6 AND serviceid = $7
        """;
}
