-- A statement of the writer that must touch each of its rows, and does not, ends its transaction: what a silo remembers differs from
-- what is stored. The class of the error makes the writer look for the write at fault, so that it fails alone.
CREATE FUNCTION social_touched(touched bigint, expected bigint) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    IF touched <> expected THEN
        RAISE EXCEPTION 'A write touched % rows instead of %.', touched, expected USING ERRCODE = 'cardinality_violation';
    END IF;
END
$$;
