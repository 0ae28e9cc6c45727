-- As in 0005, but that a published quarter takes what an upheld objection (异议) corrects.
CREATE OR REPLACE FUNCTION members_pointentry_enter() RETURNS trigger LANGUAGE plpgsql AS $$
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
        CONTINUE WHEN gate.state = 'published' AND NOT EXISTS (
            SELECT FROM new_rows r
            LEFT JOIN members_pointobjection o
              ON o.id = r.objection_id AND o.outcome = 'corrected' AND o.quarter = r.settle_quarter
             AND o.subject_id = r.subject_id AND left(o.village_id, 6) = r.county_code
            WHERE r.county_code = gate.county_code AND r.settle_quarter = gate.quarter AND o.id IS NULL);
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
