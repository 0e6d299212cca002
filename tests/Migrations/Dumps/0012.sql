-- A database as the version with migrations up to 0012 left it: stopped in good order once, used again, and killed.
-- Made by pg_dump --inserts --no-owner --no-privileges. Its people, their tokens and bob's cursor from before the stop are in 0012.json;
-- the keys and sessions are good for nothing but this test.

SET statement_timeout = 0;
SET lock_timeout = 0;
SET idle_in_transaction_session_timeout = 0;
SET client_encoding = 'UTF8';
SET standard_conforming_strings = on;
SELECT pg_catalog.set_config('search_path', '', false);
SET check_function_bodies = false;
SET xmloption = content;
SET client_min_messages = warning;
SET row_security = off;

CREATE FUNCTION public.cluster_changed() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
DECLARE
    cluster text := CASE WHEN TG_OP = 'DELETE' THEN OLD.cluster_id ELSE NEW.cluster_id END;
BEGIN
    INSERT INTO cluster_views AS v (cluster_id, version, changed_in) VALUES (cluster, 1, pg_current_xact_id())
    ON CONFLICT (cluster_id) DO UPDATE SET version = v.version + 1, changed_in = pg_current_xact_id()
    WHERE v.changed_in <> pg_current_xact_id();
    PERFORM pg_notify('cluster_views', cluster);
    RETURN NULL;
END
$$;

CREATE FUNCTION public.lease_guard(silo_name text, silo_epoch bigint) RETURNS void
    LANGUAGE plpgsql
    AS $$
BEGIN
    PERFORM 1 FROM silo_leases
    WHERE silo = silo_name AND epoch = silo_epoch AND expires_at > clock_timestamp()
    FOR KEY SHARE;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'silo % holds no lease of epoch %', silo_name, silo_epoch USING ERRCODE = 'SF001';
    END IF;
END
$$;

CREATE FUNCTION public.social_guard(silo_name text, silo_epoch bigint) RETURNS void
    LANGUAGE plpgsql
    AS $$
BEGIN
    PERFORM 1 FROM silo_leases
    WHERE silo = silo_name AND epoch = silo_epoch AND expires_at > clock_timestamp()
    FOR KEY SHARE;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'silo % holds no lease of epoch %', silo_name, silo_epoch USING ERRCODE = 'SF001';
    END IF;
END
$$;

SET default_tablespace = '';

SET default_table_access_method = heap;

CREATE TABLE public.cluster_views (
    cluster_id text NOT NULL,
    version bigint DEFAULT 0 NOT NULL,
    changed_in xid8 DEFAULT '0'::xid8 NOT NULL
);

CREATE TABLE public.conversations (
    id uuid NOT NULL,
    kind smallint NOT NULL,
    title text,
    created_by uuid NOT NULL,
    created_at timestamp with time zone NOT NULL,
    creation_print bytea NOT NULL,
    version bigint DEFAULT 1 NOT NULL,
    xid xid8 DEFAULT pg_current_xact_id() NOT NULL
);

CREATE TABLE public.ended_sessions (
    session uuid NOT NULL,
    tokens_until timestamp with time zone NOT NULL,
    xid xid8 DEFAULT pg_current_xact_id() NOT NULL
);

CREATE TABLE public.members (
    conversation_id uuid NOT NULL,
    user_id uuid NOT NULL,
    joined_seq bigint NOT NULL,
    left_seq bigint,
    read_seq bigint NOT NULL,
    xid xid8 DEFAULT pg_current_xact_id() NOT NULL,
    read_xid xid8 DEFAULT pg_current_xact_id() NOT NULL,
    role smallint NOT NULL
)
WITH (fillfactor='70');

CREATE TABLE public.messages (
    conversation_id uuid NOT NULL,
    sender uuid NOT NULL,
    seq bigint NOT NULL,
    xid xid8 DEFAULT pg_current_xact_id() NOT NULL,
    sent_at timestamp with time zone NOT NULL,
    edited_at timestamp with time zone,
    deleted_at timestamp with time zone,
    change_xid xid8,
    version integer DEFAULT 1 NOT NULL,
    kind smallint DEFAULT 1 NOT NULL,
    subject uuid,
    client_key text COLLATE pg_catalog."C",
    text text NOT NULL,
    first_print bytea
);

CREATE TABLE public.orleansmembershiptable (
    deploymentid character varying(150) NOT NULL,
    address character varying(45) NOT NULL,
    port integer NOT NULL,
    generation integer NOT NULL,
    siloname character varying(150) NOT NULL,
    hostname character varying(150) NOT NULL,
    status integer NOT NULL,
    proxyport integer,
    suspecttimes character varying(8000),
    starttime timestamp(3) with time zone NOT NULL,
    iamalivetime timestamp(3) with time zone NOT NULL
);

CREATE TABLE public.orleansmembershipversiontable (
    deploymentid character varying(150) NOT NULL,
    "timestamp" timestamp(3) with time zone DEFAULT now() NOT NULL,
    version integer DEFAULT 0 NOT NULL
);

CREATE TABLE public.orleansquery (
    querykey character varying(64) NOT NULL,
    querytext character varying(8000) NOT NULL
);

CREATE TABLE public.orleansreminderstable (
    serviceid character varying(150) NOT NULL,
    grainid character varying(150) NOT NULL,
    remindername character varying(150) NOT NULL,
    starttime timestamp(3) with time zone NOT NULL,
    period bigint NOT NULL,
    grainhash integer NOT NULL,
    version integer NOT NULL
);

CREATE TABLE public.orleansstorage (
    grainidhash integer NOT NULL,
    grainidn0 bigint NOT NULL,
    grainidn1 bigint NOT NULL,
    graintypehash integer NOT NULL,
    graintypestring character varying(512) NOT NULL,
    grainidextensionstring character varying(512),
    serviceid character varying(150) NOT NULL,
    payloadbinary bytea,
    modifiedon timestamp without time zone NOT NULL,
    version integer
);

CREATE SEQUENCE public.silo_epochs
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;

CREATE TABLE public.silo_leases (
    silo text NOT NULL,
    epoch bigint NOT NULL,
    claimed_at timestamp with time zone DEFAULT clock_timestamp() NOT NULL,
    expires_at timestamp with time zone NOT NULL,
    cluster_id text DEFAULT ''::text NOT NULL,
    service_id text DEFAULT ''::text NOT NULL,
    instance uuid,
    name text DEFAULT ''::text NOT NULL,
    gateway text,
    engine text DEFAULT ''::text NOT NULL,
    protocol integer DEFAULT 0 NOT NULL,
    status smallint DEFAULT 2 NOT NULL,
    settled bigint DEFAULT 0 NOT NULL,
    held_since timestamp with time zone DEFAULT clock_timestamp() NOT NULL,
    revoked boolean DEFAULT false NOT NULL,
    CONSTRAINT silo_leases_member CHECK (((cluster_id = ''::text) OR (engine <> 'bundled'::text) OR ((silo ~ '^.+:[0-9]+@-?[0-9]+$'::text) AND (instance IS NOT NULL) AND ((gateway IS NULL) OR (gateway ~ '^.+:[0-9]+@-?[0-9]+$'::text))))),
    CONSTRAINT silo_leases_status CHECK (((status >= 1) AND (status <= 3)))
);

CREATE TABLE public.silo_suspicions (
    suspect bigint NOT NULL,
    voter bigint NOT NULL,
    since timestamp with time zone NOT NULL,
    last timestamp with time zone NOT NULL
);

CREATE TABLE public.social_migrations (
    number integer NOT NULL,
    name text NOT NULL,
    checksum text NOT NULL,
    applied_at timestamp with time zone DEFAULT clock_timestamp() NOT NULL
);

INSERT INTO public.cluster_views VALUES
	('social', 6, '820');

INSERT INTO public.conversations VALUES
	('34c5cf70-e857-87f8-8ee6-161c456a843e', 1, NULL, '01a21e19-530b-73a5-8e3f-3e5da9774753', '2026-11-27 17:41:53.411708+00', '\xf968d03996c72efd60c28086453e7cb4', 1, '790'),
	('01a21e19-750f-7632-88ec-f0f39312094b', 2, 'Sunday walk', '01a21e19-530b-73a5-8e3f-3e5da9774753', '2026-11-27 17:41:54.588254+00', '\xe3adb50c3fb19882f2dbe49de34fafbf', 4, '848');

INSERT INTO public.ended_sessions VALUES
	('01a21e19-7e79-7a53-a357-36eabbef0af0', '2026-11-27 17:52:02.149226+00', '810');

INSERT INTO public.members VALUES
	('01a21e19-750f-7632-88ec-f0f39312094b', '01a21e19-530b-73a5-8e3f-3e5da9774753', 1, NULL, 3, '792', '0', 2),
	('01a21e19-750f-7632-88ec-f0f39312094b', '01a21e19-5d9d-7ba1-9e81-f988a6db94fb', 2, NULL, 3, '792', '0', 1),
	('34c5cf70-e857-87f8-8ee6-161c456a843e', '01a21e19-530b-73a5-8e3f-3e5da9774753', 0, NULL, 4, '790', '801', 1),
	('01a21e19-750f-7632-88ec-f0f39312094b', '01a21e19-6c1a-7cea-b88d-f2194a0cde6f', 10, NULL, 10, '847', '0', 1),
	('01a21e19-750f-7632-88ec-f0f39312094b', '01a21e19-64e1-795c-98c6-fc3af0a01673', 3, 11, 3, '848', '0', 1),
	('34c5cf70-e857-87f8-8ee6-161c456a843e', '01a21e19-5d9d-7ba1-9e81-f988a6db94fb', 0, NULL, 5, '790', '853', 1);

INSERT INTO public.messages VALUES
	('01a21e19-750f-7632-88ec-f0f39312094b', '01a21e19-530b-73a5-8e3f-3e5da9774753', 1, '792', '2026-11-27 17:41:54.591762+00', NULL, NULL, NULL, 1, 2, '01a21e19-530b-73a5-8e3f-3e5da9774753', NULL, '', NULL),
	('01a21e19-750f-7632-88ec-f0f39312094b', '01a21e19-530b-73a5-8e3f-3e5da9774753', 2, '792', '2026-11-27 17:41:54.591762+00', NULL, NULL, NULL, 1, 2, '01a21e19-5d9d-7ba1-9e81-f988a6db94fb', NULL, '', NULL),
	('01a21e19-750f-7632-88ec-f0f39312094b', '01a21e19-530b-73a5-8e3f-3e5da9774753', 3, '792', '2026-11-27 17:41:54.591762+00', NULL, NULL, NULL, 1, 2, '01a21e19-64e1-795c-98c6-fc3af0a01673', NULL, '', NULL),
	('34c5cf70-e857-87f8-8ee6-161c456a843e', '01a21e19-530b-73a5-8e3f-3e5da9774753', 1, '793', '2026-11-27 17:41:54.960691+00', NULL, NULL, NULL, 1, 1, NULL, 'a1', 'Shall we meet at noon?', NULL),
	('34c5cf70-e857-87f8-8ee6-161c456a843e', '01a21e19-5d9d-7ba1-9e81-f988a6db94fb', 4, '797', '2026-11-27 17:41:55.133108+00', NULL, NULL, NULL, 1, 1, NULL, 'b2', 'שלום, see you', NULL),
	('34c5cf70-e857-87f8-8ee6-161c456a843e', '01a21e19-5d9d-7ba1-9e81-f988a6db94fb', 2, '795', '2026-11-27 17:41:55.035798+00', '2026-11-27 17:41:55.222643+00', NULL, '798', 2, 1, NULL, 'b1', 'Yes, at the old station. 😀', '\xb2756885a6db4019a3133844f2aa651f'),
	('34c5cf70-e857-87f8-8ee6-161c456a843e', '01a21e19-530b-73a5-8e3f-3e5da9774753', 3, '796', '2026-11-27 17:41:55.087339+00', NULL, '2026-11-27 17:41:55.421625+00', '799', 2, 1, NULL, 'a2', '', '\xad930a70adc778cc593b6c473ce947fd'),
	('01a21e19-750f-7632-88ec-f0f39312094b', '01a21e19-64e1-795c-98c6-fc3af0a01673', 5, '803', '2026-11-27 17:41:55.742013+00', NULL, NULL, NULL, 1, 1, NULL, 'g2', 'word 2', NULL),
	('01a21e19-750f-7632-88ec-f0f39312094b', '01a21e19-530b-73a5-8e3f-3e5da9774753', 6, '804', '2026-11-27 17:41:55.790767+00', NULL, NULL, NULL, 1, 1, NULL, 'g3', 'word 3', NULL),
	('01a21e19-750f-7632-88ec-f0f39312094b', '01a21e19-5d9d-7ba1-9e81-f988a6db94fb', 7, '805', '2026-11-27 17:41:55.837428+00', NULL, NULL, NULL, 1, 1, NULL, 'g4', 'word 4', NULL),
	('01a21e19-750f-7632-88ec-f0f39312094b', '01a21e19-64e1-795c-98c6-fc3af0a01673', 8, '806', '2026-11-27 17:41:55.895329+00', NULL, NULL, NULL, 1, 1, NULL, 'g5', 'word 5', NULL),
	('34c5cf70-e857-87f8-8ee6-161c456a843e', '01a21e19-530b-73a5-8e3f-3e5da9774753', 5, '841', '2026-11-27 17:42:14.605452+00', NULL, NULL, NULL, 1, 1, NULL, 'a3', 'Written after the restart', NULL),
	('01a21e19-750f-7632-88ec-f0f39312094b', '01a21e19-530b-73a5-8e3f-3e5da9774753', 9, '844', '2026-11-27 17:42:15.428428+00', NULL, NULL, NULL, 1, 4, NULL, NULL, 'Sunday walk', NULL),
	('01a21e19-750f-7632-88ec-f0f39312094b', '01a21e19-530b-73a5-8e3f-3e5da9774753', 10, '847', '2026-11-27 17:42:17.067568+00', NULL, NULL, NULL, 1, 2, '01a21e19-6c1a-7cea-b88d-f2194a0cde6f', NULL, '', NULL),
	('01a21e19-750f-7632-88ec-f0f39312094b', '01a21e19-64e1-795c-98c6-fc3af0a01673', 11, '848', '2026-11-27 17:42:17.289763+00', NULL, NULL, NULL, 1, 3, '01a21e19-64e1-795c-98c6-fc3af0a01673', NULL, '', NULL),
	('01a21e19-750f-7632-88ec-f0f39312094b', '01a21e19-5d9d-7ba1-9e81-f988a6db94fb', 4, '802', '2026-11-27 17:41:55.642658+00', '2026-11-27 17:42:18.848553+00', NULL, '852', 2, 1, NULL, 'g1', 'word one', '\xfc559eab185ac637f5a8954c430aacb8'),
	('34c5cf70-e857-87f8-8ee6-161c456a843e', '01a21e19-5d9d-7ba1-9e81-f988a6db94fb', 6, '855', '2026-11-27 17:42:19.221702+00', NULL, NULL, NULL, 1, 1, NULL, 'b3', 'The last word before the machine died', NULL);

INSERT INTO public.orleansquery VALUES
	('ReadFromStorageKey', '
    SELECT payloadbinary AS PayloadBinary, modifiedon AS ModifiedOn, version AS Version
    FROM orleansstorage
    WHERE grainidhash = @GrainIdHash AND graintypehash = @GrainTypeHash
      AND grainidn0 = @GrainIdN0 AND grainidn1 = @GrainIdN1
      AND grainidextensionstring IS NOT DISTINCT FROM @GrainIdExtensionString::varchar
      AND graintypestring = @GrainTypeString AND serviceid = @ServiceId
'),
	('WriteToStorageKey', '
    WITH updated AS (
        UPDATE orleansstorage
        SET payloadbinary = @PayloadBinary::bytea, modifiedon = now() AT TIME ZONE ''utc'', version = version + 1
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
               @PayloadBinary::bytea, now() AT TIME ZONE ''utc'', 1
        WHERE @GrainStateVersion::integer IS NULL
        ON CONFLICT DO NOTHING
        RETURNING version
    )
    SELECT coalesce((SELECT version FROM updated), (SELECT version FROM inserted), @GrainStateVersion::integer)
        AS NewGrainStateVersion
'),
	('ClearStorageKey', '
    UPDATE orleansstorage
    SET payloadbinary = NULL, modifiedon = now() AT TIME ZONE ''utc'', version = version + 1
    WHERE grainidhash = @GrainIdHash AND graintypehash = @GrainTypeHash
      AND grainidn0 = @GrainIdN0 AND grainidn1 = @GrainIdN1
      AND grainidextensionstring IS NOT DISTINCT FROM @GrainIdExtensionString::varchar
      AND graintypestring = @GrainTypeString AND serviceid = @ServiceId
      AND version = @GrainStateVersion::integer
    RETURNING version AS NewGrainStateVersion
'),
	('DeleteStorageKey', '
    DELETE FROM orleansstorage
    WHERE grainidhash = @GrainIdHash AND graintypehash = @GrainTypeHash
      AND grainidn0 = @GrainIdN0 AND grainidn1 = @GrainIdN1
      AND grainidextensionstring IS NOT DISTINCT FROM @GrainIdExtensionString::varchar
      AND graintypestring = @GrainTypeString AND serviceid = @ServiceId
      AND version = @GrainStateVersion::integer
    RETURNING version + 1 AS NewGrainStateVersion
'),
	('UpdateIAmAlivetimeKey', '
    UPDATE orleansmembershiptable SET iamalivetime = @IAmAliveTime
    WHERE deploymentid = @DeploymentId AND address = @Address AND port = @Port AND generation = @Generation
'),
	('InsertMembershipVersionKey', '
    WITH made AS (
        INSERT INTO orleansmembershipversiontable (deploymentid) VALUES (@DeploymentId)
        ON CONFLICT DO NOTHING RETURNING 1
    )
    SELECT count(*)::integer AS Made FROM made
'),
	('InsertMembershipKey', '
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
'),
	('UpdateMembershipKey', '
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
'),
	('MembershipReadRowKey', '
    SELECT v.deploymentid AS DeploymentId, m.address AS Address, m.port AS Port, m.generation AS Generation, m.siloname AS SiloName,
           m.hostname AS HostName, m.status AS Status, m.proxyport AS ProxyPort, m.suspecttimes AS SuspectTimes,
           m.starttime AS StartTime, m.iamalivetime AS IAmAliveTime, v.version AS Version
    FROM orleansmembershipversiontable v
    LEFT JOIN orleansmembershiptable m
        ON m.deploymentid = v.deploymentid AND m.address = @Address AND m.port = @Port AND m.generation = @Generation
    WHERE v.deploymentid = @DeploymentId
'),
	('MembershipReadAllKey', '
    SELECT v.deploymentid AS DeploymentId, m.address AS Address, m.port AS Port, m.generation AS Generation, m.siloname AS SiloName,
           m.hostname AS HostName, m.status AS Status, m.proxyport AS ProxyPort, m.suspecttimes AS SuspectTimes,
           m.starttime AS StartTime, m.iamalivetime AS IAmAliveTime, v.version AS Version
    FROM orleansmembershipversiontable v
    LEFT JOIN orleansmembershiptable m ON m.deploymentid = v.deploymentid
    WHERE v.deploymentid = @DeploymentId
'),
	('GatewaysQueryKey', '
    SELECT address AS Address, proxyport AS ProxyPort, generation AS Generation
    FROM orleansmembershiptable
    WHERE deploymentid = @DeploymentId AND status = @Status AND proxyport > 0
'),
	('DeleteMembershipTableEntriesKey', '
    WITH gone AS (DELETE FROM orleansmembershiptable WHERE deploymentid = @DeploymentId)
    DELETE FROM orleansmembershipversiontable WHERE deploymentid = @DeploymentId
'),
	('CleanupDefunctSiloEntriesKey', '
    DELETE FROM orleansmembershiptable
    WHERE deploymentid = @DeploymentId AND iamalivetime < @IAmAliveTime AND status <> 3
'),
	('UpsertReminderRowKey', '
    INSERT INTO orleansreminderstable (serviceid, grainid, remindername, starttime, period, grainhash, version)
    VALUES (@ServiceId, @GrainId, @ReminderName, @StartTime, @Period, @GrainHash, 0)
    ON CONFLICT (serviceid, grainid, remindername) DO UPDATE
    SET starttime = excluded.starttime, period = excluded.period, grainhash = excluded.grainhash,
        version = orleansreminderstable.version + 1
    RETURNING version AS Version
'),
	('ReadReminderRowsKey', '
    SELECT grainid AS GrainId, remindername AS ReminderName, starttime AS StartTime, period AS Period, version AS Version
    FROM orleansreminderstable
    WHERE serviceid = @ServiceId AND grainid = @GrainId
'),
	('ReadReminderRowKey', '
    SELECT grainid AS GrainId, remindername AS ReminderName, starttime AS StartTime, period AS Period, version AS Version
    FROM orleansreminderstable
    WHERE serviceid = @ServiceId AND grainid = @GrainId AND remindername = @ReminderName
'),
	('ReadRangeRows1Key', '
    SELECT grainid AS GrainId, remindername AS ReminderName, starttime AS StartTime, period AS Period, version AS Version
    FROM orleansreminderstable
    WHERE serviceid = @ServiceId AND grainhash > @BeginHash AND grainhash <= @EndHash
'),
	('ReadRangeRows2Key', '
    SELECT grainid AS GrainId, remindername AS ReminderName, starttime AS StartTime, period AS Period, version AS Version
    FROM orleansreminderstable
    WHERE serviceid = @ServiceId AND (grainhash > @BeginHash OR grainhash <= @EndHash)
'),
	('DeleteReminderRowKey', '
    WITH gone AS (
        DELETE FROM orleansreminderstable
        WHERE serviceid = @ServiceId AND grainid = @GrainId AND remindername = @ReminderName AND version = @Version
        RETURNING 1
    )
    SELECT count(*)::integer AS Removed FROM gone
'),
	('DeleteReminderRowsKey', '
    DELETE FROM orleansreminderstable WHERE serviceid = @ServiceId
');

INSERT INTO public.orleansstorage VALUES
	(606252114, 0, 0, -201589510, 'account', 'user:alice', 'social', '\x7b2255736572223a2230316132316531392d353330622d373361352d386533662d336535646139373734373533222c2250617373776f726448617368223a22246172676f6e32696424763d3139246d3d36353533362c743d322c703d31244c466d362b4538596f46444e4e744b72626b53396651242b38474341616f377361745151475a7a4952492f6f4a306647467a5167774b594232593338313559337141222c22437265617465644174223a22323032362d31312d32375431373a34313a34352e383637363736342b30303a3030222c224f70656e65644279223a22227d', '2026-11-27 17:41:46.021602', 1),
	(328578014, 0, 0, 420394471, 'keys', NULL, 'social', '\x7b224b657973223a5b7b224b65794964223a2251424254354f3149774d343462424b77222c22507269766174654b6579223a224d494748416745414d424d4742797147534d34394167454743437147534d3439417745484247307761774942415151673153384d59307549327a7475484370586e445433326d7a4d774c366b684553516a6e4e515352526c7636436852414e43414152534b6341726a76354b6861434874542b313279645046544f793352745752304d2b597341542f3677573850353674446d52782f6733413769664d42714f4d342f6437796d765970717a4b5643766359484958506c45222c225075626c69634b6579223a224d466b77457759484b6f5a497a6a3043415159494b6f5a497a6a3044415163445167414555696e414b34372b536f57676837552f7464736e5478557a73743062566b6444506d4c41452f2b734676442b657251356b6366344e774f346e7a41616a6a4f503365387072324b6173796c517233474279467a3552413d3d222c22437265617465644174223a22323032362d31312d32375431373a34313a34362e303931373435342b30303a3030222c224e6f744166746572223a22323032362d31322d32375431373a35313a35312e303931373435342b30303a3030227d5d7d', '2026-11-27 17:41:46.166667', 1),
	(-1083200162, 8908504466834202137, -318388165327355490, -373461166, 'profile', NULL, 'social', '\x7b2248616e646c65223a22626f62222c22446973706c61794e616d65223a22426f62222c2242696f223a22222c22437265617465644174223a22323032362d31312d32375431373a34313a34382e373134303833322b30303a3030222c2256657273696f6e223a317d', '2026-11-27 17:41:48.714503', 1),
	(-1124855114, 0, 0, -201589510, 'account', 'user:bob', 'social', '\x7b2255736572223a2230316132316531392d356439642d376261312d396538312d663938386136646239346662222c2250617373776f726448617368223a22246172676f6e32696424763d3139246d3d36353533362c743d322c703d31244c35364e666445664f664878697434553558702b4d67246162546a496b64763636596c71566138772f3966507663476c6e55364e76444e37554d474d35486c596434222c22437265617465644174223a22323032362d31312d32375431373a34313a34382e353733333339372b30303a3030222c224f70656e65644279223a22227d', '2026-11-27 17:41:48.719773', 1),
	(-2034242006, 8744975494004481561, 8292992717491586712, -373461166, 'profile', NULL, 'social', '\x7b2248616e646c65223a226361726f6c222c22446973706c61794e616d65223a22c38761726f6c205c75443833435c7544463041222c2242696f223a22222c22437265617465644174223a22323032362d31312d32375431373a34313a35302e343431343434342b30303a3030222c2256657273696f6e223a317d', '2026-11-27 17:41:50.442147', 1),
	(-834465809, 0, 0, -201589510, 'account', 'user:carol', 'social', '\x7b2255736572223a2230316132316531392d363465312d373935632d393863362d666333616630613031363733222c2250617373776f726448617368223a22246172676f6e32696424763d3139246d3d36353533362c743d322c703d312461767a577165586f43507a7670304c6c324e453075512462464945464448322f336a6a2f414a46523864444b6a4a325531684d6f45474a477271723251675951314d222c22437265617465644174223a22323032362d31312d32375431373a34313a35302e3433333035342b30303a3030222c224f70656e65644279223a22227d', '2026-11-27 17:41:50.470124', 1),
	(-539627548, 9001125664205708825, 8060893895442206136, -373461166, 'profile', NULL, 'social', '\x7b2248616e646c65223a22616365222c22446973706c61794e616d65223a22416365222c2242696f223a22222c22437265617465644174223a22323032362d31312d32375431373a34313a35322e333438303033382b30303a3030222c2256657273696f6e223a317d', '2026-11-27 17:41:52.348468', 1),
	(1811147892, 0, 0, -201589510, 'account', 'user:ace', 'social', '\x7b2255736572223a2230316132316531392d366331612d376365612d623838642d663231393461306364653666222c2250617373776f726448617368223a22246172676f6e32696424763d3139246d3d36353533362c743d322c703d312459564c635a6779656844362f576471556168644b7067246d6f7259426b35557a717268614c5758314e362f6e445669484d36744c544c684138426d43366861335373222c22437265617465644174223a22323032362d31312d32375431373a34313a35322e323832373333332b30303a3030222c224f70656e65644279223a22227d', '2026-11-27 17:41:52.480181', 1),
	(-1796508829, 8333157992256118297, 6000896597792014222, -373461166, 'profile', NULL, 'social', '\x7b2248616e646c65223a22616c696365222c22446973706c61794e616d65223a22416c696365222c2242696f223a2257616c6b73206f6e205361747572646179732e20d7a9d791d7aa20d7a9d79cd795d79d222c22437265617465644174223a22323032362d31312d32375431373a34313a34352e393138313231322b30303a3030222c2256657273696f6e223a327d', '2026-11-27 17:41:52.840129', 2),
	(1353197242, 8814527953877736985, -1149843164472387677, 356260177, 'session', NULL, 'social', '\x7b2255736572223a2230316132316531392d353330622d373361352d386533662d336535646139373734373533222c2248616e646c65223a22616c696365222c22537461727465644174223a22323032362d31312d32375431373a34313a35372e303236373333392b30303a3030222c2246616d696c7948617368223a2273666a4961443675364f7463744358704c78516c33726a5a6a3353694f414b6a67637646614b58383751633d222c2253656372657448617368223a22422b61732f333561627a494769506f4c626c3341496b6861455434672b746563556c67655536364b4346413d222c2252656672657368457870697265734174223a22323032362d31322d32375431373a34313a35372e303236373333392b30303a3030222c22456e6465644174223a22323032362d31312d32375431373a34313a35372e313439323236372b30303a3030227d', '2026-11-27 17:41:57.195357', 2),
	(1102088404, 8218598368224615961, 4993828971251193530, 356260177, 'session', NULL, 'social', '\x7b2255736572223a2230316132316531392d353330622d373361352d386533662d336535646139373734373533222c2248616e646c65223a22616c696365222c22537461727465644174223a22323032362d31312d32375431373a34313a34362e303531313534352b30303a3030222c2246616d696c7948617368223a224c3373323977524e5079477255586c6c565a70464b4e696342596d5375346472414c3755526c62587656593d222c2253656372657448617368223a2272696456345973717432583154736d4339633938617765664e4c426b4176382f497a6251555143544f44413d222c2252656672657368457870697265734174223a22323032362d31322d32375431373a34323a31312e333037353232372b30303a3030222c22456e6465644174223a6e756c6c7d', '2026-11-27 17:42:11.536157', 2),
	(690093951, 9141566396090687001, -4016646626625375302, 356260177, 'session', NULL, 'social', '\x7b2255736572223a2230316132316531392d356439642d376261312d396538312d663938386136646239346662222c2248616e646c65223a22626f62222c22537461727465644174223a22323032362d31312d32375431373a34313a34382e373238343530312b30303a3030222c2246616d696c7948617368223a22444445764153366d2f5156692b30396d42775044443535784e66303168417935524d686f585a6f5a2b54343d222c2253656372657448617368223a226e572f4e6c384f5578314a51684a514f6a54795165514a7138315a37696c3362705a4861476e4c377875513d222c2252656672657368457870697265734174223a22323032362d31322d32375431373a34323a31312e393537343037352b30303a3030222c22456e6465644174223a6e756c6c7d', '2026-11-27 17:42:11.958462', 2),
	(-875964374, 8601423419090804249, -4734214567975103822, 356260177, 'session', NULL, 'social', '\x7b2255736572223a2230316132316531392d363465312d373935632d393863362d666333616630613031363733222c2248616e646c65223a226361726f6c222c22537461727465644174223a22323032362d31312d32375431373a34313a35302e343732303233342b30303a3030222c2246616d696c7948617368223a2235722f53614f2f533452414d4e44656c6c424a6f386d566932712b57714b664349746d2b786969386b69553d222c2253656372657448617368223a2276484238536d4253493258676d656a4548736f4c73564273545346524c55304578325348497a515a6b44633d222c2252656672657368457870697265734174223a22323032362d31322d32375431373a34323a31322e303135393931352b30303a3030222c22456e6465644174223a6e756c6c7d', '2026-11-27 17:42:12.068152', 2),
	(-1822455287, 9195344287194291737, -8027086495877640032, 356260177, 'session', NULL, 'social', '\x7b2255736572223a2230316132316531392d366331612d376365612d623838642d663231393461306364653666222c2248616e646c65223a22616365222c22537461727465644174223a22323032362d31312d32375431373a34313a35322e343930333736372b30303a3030222c2246616d696c7948617368223a224343335a4e594c425065716d734f2f4b574957334f66345a554f354f2b74717752586e51316456393379593d222c2253656372657448617368223a22766774386a41753637674c353875626f6c334f43454c713065594b786673706f5a765959384c42436478413d222c2252656672657368457870697265734174223a22323032362d31322d32375431373a34323a31322e3330343230322b30303a3030222c22456e6465644174223a6e756c6c7d', '2026-11-27 17:42:12.30525', 2);

INSERT INTO public.silo_leases VALUES
	('127.0.0.1:29134@154806119', 2, '2026-11-27 17:42:06.938465+00', '2026-11-27 17:42:22.222392+00', 'social', 'social', 'b97d1711-d8ef-487e-bedd-004538ccc25c', 'node-1', '127.0.0.1:29234@154806119', 'bundled', 1, 2, 6, '2026-11-27 17:42:06.938466+00', false);

INSERT INTO public.social_migrations VALUES
	(1, '0001_kernel.sql', '9378b5629c126294da3cf88b33d342e9d3405731c2d5745e4f8f56d760830b0c', '2026-11-27 17:41:30.836346+00'),
	(2, '0002_grain_state.sql', 'e3d95f0252ba76864e3666eb3f9f1c86da8cc6fcb0b6326f56c807d48000a17d', '2026-11-27 17:41:31.101089+00'),
	(3, '0003_orleans_membership.sql', '2d5f608618d7bbfc84b24ab64f5e891641dcdafafb1078a44ec8ba11c7754ea1', '2026-11-27 17:41:31.157515+00'),
	(5, '0005_identity.sql', '62cb981316fae9c7ca2c52525cdcbdd33b01c5ec006ef616801b0a9ebfa7d78a', '2026-11-27 17:41:31.196679+00'),
	(10, '0010_chat.sql', 'b7f458ec24fa7ec4c9105fb54c316852d79af2e908d29db6616a460e1ed7d1aa', '2026-11-27 17:41:31.272253+00'),
	(11, '0011_cluster.sql', '44ebf409860c96fa888932c39f2dfab9062ec8e65318d491bc86a463118971d5', '2026-11-27 17:41:31.388724+00'),
	(12, '0012_orleans_reminders.sql', 'ca60794ebb7eb512b2ce8135feadbd84bdb66ab45e7268884837a39979c380c6', '2026-11-27 17:41:31.413206+00');

SELECT pg_catalog.setval('public.silo_epochs', 2, true);

ALTER TABLE ONLY public.cluster_views
    ADD CONSTRAINT cluster_views_pkey PRIMARY KEY (cluster_id);

ALTER TABLE ONLY public.conversations
    ADD CONSTRAINT conversations_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.ended_sessions
    ADD CONSTRAINT ended_sessions_pkey PRIMARY KEY (session);

ALTER TABLE ONLY public.members
    ADD CONSTRAINT members_pkey PRIMARY KEY (conversation_id, user_id);

ALTER TABLE ONLY public.messages
    ADD CONSTRAINT messages_pkey PRIMARY KEY (conversation_id, seq);

ALTER TABLE ONLY public.orleansmembershiptable
    ADD CONSTRAINT orleansmembershiptable_pkey PRIMARY KEY (deploymentid, address, port, generation);

ALTER TABLE ONLY public.orleansmembershipversiontable
    ADD CONSTRAINT orleansmembershipversiontable_pkey PRIMARY KEY (deploymentid);

ALTER TABLE ONLY public.orleansquery
    ADD CONSTRAINT orleansquery_pkey PRIMARY KEY (querykey);

ALTER TABLE ONLY public.orleansreminderstable
    ADD CONSTRAINT orleansreminderstable_pkey PRIMARY KEY (serviceid, grainid, remindername);

ALTER TABLE ONLY public.silo_leases
    ADD CONSTRAINT silo_leases_epoch_key UNIQUE (epoch);

ALTER TABLE ONLY public.silo_leases
    ADD CONSTRAINT silo_leases_pkey PRIMARY KEY (silo);

ALTER TABLE ONLY public.silo_suspicions
    ADD CONSTRAINT silo_suspicions_pkey PRIMARY KEY (suspect, voter);

ALTER TABLE ONLY public.social_migrations
    ADD CONSTRAINT social_migrations_pkey PRIMARY KEY (number);

CREATE INDEX ended_sessions_tokens_until ON public.ended_sessions USING btree (tokens_until);

CREATE INDEX ended_sessions_xid ON public.ended_sessions USING btree (xid);

CREATE INDEX members_of_user ON public.members USING btree (user_id, conversation_id);

CREATE INDEX messages_changed ON public.messages USING btree (conversation_id, change_xid) WHERE (change_xid IS NOT NULL);

CREATE UNIQUE INDEX messages_client_key ON public.messages USING btree (conversation_id, sender, client_key) WHERE (client_key IS NOT NULL);

CREATE INDEX orleansreminderstable_hash ON public.orleansreminderstable USING btree (serviceid, grainhash);

CREATE UNIQUE INDEX orleansstorage_key ON public.orleansstorage USING btree (grainidhash, graintypehash, grainidn0, grainidn1, grainidextensionstring, graintypestring, serviceid) NULLS NOT DISTINCT;

CREATE INDEX silo_leases_cluster ON public.silo_leases USING btree (cluster_id);

CREATE TRIGGER silo_leases_came_or_went AFTER INSERT OR DELETE ON public.silo_leases FOR EACH ROW EXECUTE FUNCTION public.cluster_changed();

CREATE TRIGGER silo_leases_changed AFTER UPDATE OF silo, epoch, cluster_id, status ON public.silo_leases FOR EACH ROW WHEN (((((old.silo IS DISTINCT FROM new.silo) OR (old.epoch IS DISTINCT FROM new.epoch)) OR (old.cluster_id IS DISTINCT FROM new.cluster_id)) OR (old.status IS DISTINCT FROM new.status))) EXECUTE FUNCTION public.cluster_changed();

ALTER TABLE ONLY public.orleansmembershiptable
    ADD CONSTRAINT orleansmembershiptable_deploymentid_fkey FOREIGN KEY (deploymentid) REFERENCES public.orleansmembershipversiontable(deploymentid);

ALTER TABLE ONLY public.silo_suspicions
    ADD CONSTRAINT silo_suspicions_suspect_fkey FOREIGN KEY (suspect) REFERENCES public.silo_leases(epoch) ON DELETE CASCADE;
