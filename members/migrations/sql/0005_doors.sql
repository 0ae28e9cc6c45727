-- After the insert and not before: only then are the rows of the whole statement known, and one share lock a county
-- and quarter is enough. Publishing changes the gate's row, so one of the two waits for the other.
CREATE FUNCTION members_pointentry_enter() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    gate record;
BEGIN
    INSERT INTO members_pointquarter (county_code, quarter, state)
    SELECT DISTINCT county_code, settle_quarter, 'open' FROM new_rows
    WHERE NOT EXISTS (
        SELECT FROM members_pointquarter q WHERE q.county_code = new_rows.county_code AND q.quarter = settle_quarter)
    ORDER BY 1, 2
    ON CONFLICT (county_code, quarter) DO NOTHING;

    FOR gate IN
        SELECT q.county_code, q.quarter, q.state FROM members_pointquarter q
        WHERE (q.county_code, q.quarter) IN (SELECT DISTINCT county_code, settle_quarter FROM new_rows)
        ORDER BY q.county_code, q.quarter
        FOR SHARE
    LOOP
        IF gate.state <> 'open' THEN
            RAISE EXCEPTION '% 的 % %，不能再记分', gate.county_code, gate.quarter,
                CASE gate.state WHEN 'published' THEN '正在公示' ELSE '已经审定' END
                USING ERRCODE = 'LJ010';
        END IF;
    END LOOP;

    IF EXISTS (
        SELECT FROM new_rows r
        JOIN members_pointentry e ON e.id = r.reverses AND e.settle_quarter = r.settle_quarter
        WHERE r.reverses IS NOT NULL AND (
            e.reverses IS NOT NULL
            OR (r.points, r.subject_id, r.item_code, r.occurred_on, r.quantity, r.scheme_id, r.village_id)
               IS DISTINCT FROM
               (-e.points, e.subject_id, e.item_code, e.occurred_on, e.quantity, e.scheme_id, e.village_id)))
    THEN
        RAISE EXCEPTION '冲销必须与原记录同一对象、同一项目、同一日期，分数相反，且不能冲销一笔冲销'
            USING ERRCODE = 'LJ012';
    END IF;

    INSERT INTO registers_dirtyscope (area_code, period, topic)
    SELECT DISTINCT village_id, settle_quarter, 'points.entries' FROM new_rows;
    RETURN NULL;
END $$;

CREATE FUNCTION members_pointentry_stays() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    -- Emptying the whole installation is the owner's affair (a test database, a new start); the application's never.
    IF TG_OP = 'TRUNCATE' AND pg_has_role((SELECT relowner FROM pg_class WHERE oid = TG_RELID), 'USAGE') THEN
        RETURN NULL;
    END IF;
    RAISE EXCEPTION '积分记录只能新增，不能修改或删除；记错了请冲销后重新申报' USING ERRCODE = 'LJ011';
END $$;

-- The doors of the table and, because a statement may name a partition, of every partition.
CREATE FUNCTION members_pointentry_hang_doors(ledger regclass) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    EXECUTE format(
        'CREATE TRIGGER enter AFTER INSERT ON %s REFERENCING NEW TABLE AS new_rows
         FOR EACH STATEMENT EXECUTE FUNCTION members_pointentry_enter()', ledger);
    EXECUTE format(
        'CREATE TRIGGER stays BEFORE UPDATE OR DELETE OR TRUNCATE ON %s
         FOR EACH STATEMENT EXECUTE FUNCTION members_pointentry_stays()', ledger);
END $$;

SELECT members_pointentry_hang_doors('members_pointentry');
