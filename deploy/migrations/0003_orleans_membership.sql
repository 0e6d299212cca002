-- Membership for Microsoft's engine, which looks its statements up by name in orleansquery. The bundled engine does not read
-- these tables.
CREATE TABLE orleansmembershipversiontable (
    deploymentid varchar(150) PRIMARY KEY,
    "timestamp"  timestamptz(3) NOT NULL DEFAULT now(),
    version      integer        NOT NULL DEFAULT 0
);

CREATE TABLE orleansmembershiptable (
    deploymentid varchar(150)   NOT NULL REFERENCES orleansmembershipversiontable,
    address      varchar(45)    NOT NULL,
    port         integer        NOT NULL,
    generation   integer        NOT NULL,
    siloname     varchar(150)   NOT NULL,
    hostname     varchar(150)   NOT NULL,
    status       integer        NOT NULL,
    proxyport    integer,
    suspecttimes varchar(8000),
    starttime    timestamptz(3) NOT NULL,
    iamalivetime timestamptz(3) NOT NULL,
    PRIMARY KEY (deploymentid, address, port, generation)
);

-- Each change of the table is one statement that holds the version row: of two that saw the same version, one finds it changed.
INSERT INTO orleansquery (querykey, querytext) VALUES
('UpdateIAmAlivetimeKey', $query$
    UPDATE orleansmembershiptable SET iamalivetime = @IAmAliveTime
    WHERE deploymentid = @DeploymentId AND address = @Address AND port = @Port AND generation = @Generation
$query$),
('InsertMembershipVersionKey', $query$
    WITH made AS (
        INSERT INTO orleansmembershipversiontable (deploymentid) VALUES (@DeploymentId)
        ON CONFLICT DO NOTHING RETURNING 1
    )
    SELECT count(*)::integer AS Made FROM made
$query$),
('InsertMembershipKey', $query$
    WITH held AS (
        SELECT deploymentid FROM orleansmembershipversiontable
        WHERE deploymentid = @DeploymentId AND version = @Version
        FOR UPDATE
    ), made AS (
        INSERT INTO orleansmembershiptable
            (deploymentid, address, port, generation, siloname, hostname, status, proxyport, starttime, iamalivetime)
        SELECT deploymentid, @Address, @Port, @Generation, @SiloName, @HostName, @Status, @ProxyPort, @StartTime, @IAmAliveTime
        FROM held
        ON CONFLICT DO NOTHING RETURNING deploymentid
    ), moved AS (
        UPDATE orleansmembershipversiontable v SET version = v.version + 1, "timestamp" = now()
        FROM made WHERE v.deploymentid = made.deploymentid RETURNING 1
    )
    SELECT count(*)::integer AS Made FROM moved
$query$),
('UpdateMembershipKey', $query$
    WITH held AS (
        SELECT deploymentid FROM orleansmembershipversiontable
        WHERE deploymentid = @DeploymentId AND version = @Version
        FOR UPDATE
    ), changed AS (
        UPDATE orleansmembershiptable m
        SET status = @Status, suspecttimes = @SuspectTimes, iamalivetime = @IAmAliveTime
        FROM held
        WHERE m.deploymentid = held.deploymentid AND m.address = @Address AND m.port = @Port AND m.generation = @Generation
        RETURNING m.deploymentid
    ), moved AS (
        UPDATE orleansmembershipversiontable v SET version = v.version + 1, "timestamp" = now()
        FROM changed WHERE v.deploymentid = changed.deploymentid RETURNING 1
    )
    SELECT count(*)::integer AS Changed FROM moved
$query$),
('MembershipReadRowKey', $query$
    SELECT v.deploymentid AS DeploymentId, m.address AS Address, m.port AS Port, m.generation AS Generation, m.siloname AS SiloName,
           m.hostname AS HostName, m.status AS Status, m.proxyport AS ProxyPort, m.suspecttimes AS SuspectTimes,
           m.starttime AS StartTime, m.iamalivetime AS IAmAliveTime, v.version AS Version
    FROM orleansmembershipversiontable v
    LEFT JOIN orleansmembershiptable m
        ON m.deploymentid = v.deploymentid AND m.address = @Address AND m.port = @Port AND m.generation = @Generation
    WHERE v.deploymentid = @DeploymentId
$query$),
('MembershipReadAllKey', $query$
    SELECT v.deploymentid AS DeploymentId, m.address AS Address, m.port AS Port, m.generation AS Generation, m.siloname AS SiloName,
           m.hostname AS HostName, m.status AS Status, m.proxyport AS ProxyPort, m.suspecttimes AS SuspectTimes,
           m.starttime AS StartTime, m.iamalivetime AS IAmAliveTime, v.version AS Version
    FROM orleansmembershipversiontable v
    LEFT JOIN orleansmembershiptable m ON m.deploymentid = v.deploymentid
    WHERE v.deploymentid = @DeploymentId
$query$),
('GatewaysQueryKey', $query$
    SELECT address AS Address, proxyport AS ProxyPort, generation AS Generation
    FROM orleansmembershiptable
    WHERE deploymentid = @DeploymentId AND status = @Status AND proxyport > 0
$query$),
('DeleteMembershipTableEntriesKey', $query$
    WITH gone AS (DELETE FROM orleansmembershiptable WHERE deploymentid = @DeploymentId)
    DELETE FROM orleansmembershipversiontable WHERE deploymentid = @DeploymentId
$query$),
('CleanupDefunctSiloEntriesKey', $query$
    DELETE FROM orleansmembershiptable
    WHERE deploymentid = @DeploymentId AND iamalivetime < @IAmAliveTime AND status <> 3
$query$);
