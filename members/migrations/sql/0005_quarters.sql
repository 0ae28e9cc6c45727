-- A partition for a quarter. The application role may call this (it may not make tables itself); it returns whether
-- the partition is new. Nobody but the owner gets rights on the partition: rows go through the table's doors.
CREATE FUNCTION members_make_quarter(quarter text) RETURNS boolean LANGUAGE plpgsql
    SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    partition text := 'members_pointentry_' || lower(quarter);
    holder record;
BEGIN
    IF quarter IS NULL OR quarter !~ '^(19|20)[0-9]{2}Q[1-4]$' THEN
        RAISE EXCEPTION '“%”不是季度，请写成 2026Q3', quarter USING ERRCODE = 'LJ013';
    END IF;
    IF to_regclass(partition) IS NOT NULL THEN
        RETURN false;
    END IF;
    PERFORM pg_advisory_xact_lock(hashtext('members_make_quarter'));
    IF to_regclass(partition) IS NOT NULL THEN
        RETURN false;
    END IF;
    EXECUTE format('CREATE TABLE %I PARTITION OF members_pointentry FOR VALUES IN (%L)', partition, quarter);
    PERFORM members_pointentry_hang_doors(partition::regclass);
    FOR holder IN
        SELECT DISTINCT acl.grantee FROM pg_class c, aclexplode(c.relacl) AS acl
        WHERE c.oid = partition::regclass AND acl.grantee <> c.relowner
    LOOP
        EXECUTE format('REVOKE ALL ON %I FROM %s', partition,
            CASE holder.grantee WHEN 0 THEN 'PUBLIC' ELSE holder.grantee::regrole::text END);
    END LOOP;
    RETURN true;
END $$;

SELECT members_make_quarter(year || 'Q' || number)
FROM generate_series(2024, 2031) AS year, generate_series(1, 4) AS number;
