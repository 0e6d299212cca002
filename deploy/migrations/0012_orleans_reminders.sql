-- Reminders of grains: one row per grain and name. The columns are those of Orleans' ADO.NET reminders, so that either engine
-- runs what the other registered.
CREATE TABLE orleansreminderstable (
    serviceid    varchar(150)   NOT NULL,
    grainid      varchar(150)   NOT NULL, -- type/key
    remindername varchar(150)   NOT NULL,
    starttime    timestamptz(3) NOT NULL,
    period       bigint         NOT NULL, -- milliseconds
    grainhash    integer        NOT NULL, -- the grain's uniform hash, as a signed number
    version      integer        NOT NULL,
    PRIMARY KEY (serviceid, grainid, remindername)
);

-- Each part of the cluster reads the reminders of its range of hashes.
CREATE INDEX orleansreminderstable_hash ON orleansreminderstable (serviceid, grainhash);

-- The statements that Microsoft's engine looks up by name. The bundled engine has its own and does not read them.
INSERT INTO orleansquery (querykey, querytext) VALUES
('UpsertReminderRowKey', $query$
    INSERT INTO orleansreminderstable (serviceid, grainid, remindername, starttime, period, grainhash, version)
    VALUES (@ServiceId, @GrainId, @ReminderName, @StartTime, @Period, @GrainHash, 0)
    ON CONFLICT (serviceid, grainid, remindername) DO UPDATE
    SET starttime = excluded.starttime, period = excluded.period, grainhash = excluded.grainhash,
        version = orleansreminderstable.version + 1
    RETURNING version AS Version
$query$),
('ReadReminderRowsKey', $query$
    SELECT grainid AS GrainId, remindername AS ReminderName, starttime AS StartTime, period AS Period, version AS Version
    FROM orleansreminderstable
    WHERE serviceid = @ServiceId AND grainid = @GrainId
$query$),
('ReadReminderRowKey', $query$
    SELECT grainid AS GrainId, remindername AS ReminderName, starttime AS StartTime, period AS Period, version AS Version
    FROM orleansreminderstable
    WHERE serviceid = @ServiceId AND grainid = @GrainId AND remindername = @ReminderName
$query$),
('ReadRangeRows1Key', $query$
    SELECT grainid AS GrainId, remindername AS ReminderName, starttime AS StartTime, period AS Period, version AS Version
    FROM orleansreminderstable
    WHERE serviceid = @ServiceId AND grainhash > @BeginHash AND grainhash <= @EndHash
$query$),
('ReadRangeRows2Key', $query$
    SELECT grainid AS GrainId, remindername AS ReminderName, starttime AS StartTime, period AS Period, version AS Version
    FROM orleansreminderstable
    WHERE serviceid = @ServiceId AND (grainhash > @BeginHash OR grainhash <= @EndHash)
$query$),
('DeleteReminderRowKey', $query$
    WITH gone AS (
        DELETE FROM orleansreminderstable
        WHERE serviceid = @ServiceId AND grainid = @GrainId AND remindername = @ReminderName AND version = @Version
        RETURNING 1
    )
    SELECT count(*)::integer AS Removed FROM gone
$query$),
('DeleteReminderRowsKey', $query$
    DELETE FROM orleansreminderstable WHERE serviceid = @ServiceId
$query$);
