-- State of grains: one row per state name and key. The columns and their hashes are those of Orleans' ADO.NET storage, so
-- that either engine reads what the other wrote.
CREATE TABLE orleansstorage (
    grainidhash            integer      NOT NULL,
    grainidn0              bigint       NOT NULL,
    grainidn1              bigint       NOT NULL,
    graintypehash          integer      NOT NULL,
    graintypestring        varchar(512) NOT NULL, -- the state's name
    grainidextensionstring varchar(512),          -- a text key, or the extension of a compound key
    serviceid              varchar(150) NOT NULL,
    payloadbinary          bytea,                 -- null: the state was cleared
    modifiedon             timestamp    NOT NULL,
    version                integer
);

-- Two activations that both believe to be the first cannot both insert.
CREATE UNIQUE INDEX orleansstorage_key ON orleansstorage
    (grainidhash, graintypehash, grainidn0, grainidn1, grainidextensionstring, graintypestring, serviceid)
    NULLS NOT DISTINCT;

-- The statements that Microsoft's engine looks up by name. The bundled engine has its own and does not read them.
CREATE TABLE orleansquery (
    querykey  varchar(64)   PRIMARY KEY,
    querytext varchar(8000) NOT NULL
);

INSERT INTO orleansquery (querykey, querytext) VALUES
('ReadFromStorageKey', $query$
    SELECT payloadbinary AS PayloadBinary, modifiedon AS ModifiedOn, version AS Version
    FROM orleansstorage
    WHERE grainidhash = @GrainIdHash AND graintypehash = @GrainTypeHash
      AND grainidn0 = @GrainIdN0 AND grainidn1 = @GrainIdN1
      AND grainidextensionstring IS NOT DISTINCT FROM @GrainIdExtensionString::varchar
      AND graintypestring = @GrainTypeString AND serviceid = @ServiceId
$query$),
('WriteToStorageKey', $query$
    WITH updated AS (
        UPDATE orleansstorage
        SET payloadbinary = @PayloadBinary::bytea, modifiedon = now() AT TIME ZONE 'utc', version = version + 1
        WHERE grainidhash = @GrainIdHash AND graintypehash = @GrainTypeHash
          AND grainidn0 = @GrainIdN0 AND grainidn1 = @GrainIdN1
          AND grainidextensionstring IS NOT DISTINCT FROM @GrainIdExtensionString::varchar
          AND graintypestring = @GrainTypeString AND serviceid = @ServiceId
          AND version = @GrainStateVersion::integer
        RETURNING version
    ), inserted AS (
        INSERT INTO orleansstorage
            (grainidhash, grainidn0, grainidn1, graintypehash, graintypestring, grainidextensionstring, serviceid,
             payloadbinary, modifiedon, version)
        SELECT @GrainIdHash, @GrainIdN0, @GrainIdN1, @GrainTypeHash, @GrainTypeString, @GrainIdExtensionString::varchar, @ServiceId,
               @PayloadBinary::bytea, now() AT TIME ZONE 'utc', 1
        WHERE @GrainStateVersion::integer IS NULL
        ON CONFLICT DO NOTHING
        RETURNING version
    )
    SELECT coalesce((SELECT version FROM updated), (SELECT version FROM inserted), @GrainStateVersion::integer)
        AS NewGrainStateVersion
$query$),
('ClearStorageKey', $query$
    UPDATE orleansstorage
    SET payloadbinary = NULL, modifiedon = now() AT TIME ZONE 'utc', version = version + 1
    WHERE grainidhash = @GrainIdHash AND graintypehash = @GrainTypeHash
      AND grainidn0 = @GrainIdN0 AND grainidn1 = @GrainIdN1
      AND grainidextensionstring IS NOT DISTINCT FROM @GrainIdExtensionString::varchar
      AND graintypestring = @GrainTypeString AND serviceid = @ServiceId
      AND version = @GrainStateVersion::integer
    RETURNING version AS NewGrainStateVersion
$query$),
('DeleteStorageKey', $query$
    DELETE FROM orleansstorage
    WHERE grainidhash = @GrainIdHash AND graintypehash = @GrainTypeHash
      AND grainidn0 = @GrainIdN0 AND grainidn1 = @GrainIdN1
      AND grainidextensionstring IS NOT DISTINCT FROM @GrainIdExtensionString::varchar
      AND graintypestring = @GrainTypeString AND serviceid = @ServiceId
      AND version = @GrainStateVersion::integer
    RETURNING version + 1 AS NewGrainStateVersion
$query$);
