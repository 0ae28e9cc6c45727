-- Accounts of points (P23). After the insert and not before: only then are the rows of the whole statement known, and
-- accounts and goods are locked in one order, accounts first.
CREATE FUNCTION members_pointmovement_enter() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO members_pointaccount (subject_id, balance, owed)
    SELECT DISTINCT r.subject_id, 0, 0 FROM new_rows r
    WHERE NOT EXISTS (SELECT FROM members_pointaccount a WHERE a.subject_id = r.subject_id)
    ORDER BY 1
    ON CONFLICT (subject_id) DO NOTHING;
    PERFORM FROM members_pointaccount WHERE subject_id IN (SELECT r.subject_id FROM new_rows r)
    ORDER BY subject_id FOR NO KEY UPDATE;

    IF EXISTS (SELECT FROM new_rows r JOIN members_subject s ON s.id = r.subject_id
               WHERE r.kind <> 'moved_out' AND r.village_id <> s.village_id) THEN
        RAISE EXCEPTION '账户明细要记在积分对象现在的村居' USING ERRCODE = 'LJ032';
    END IF;
    IF EXISTS (SELECT FROM new_rows r WHERE r.kind IN ('moved_in', 'moved_out')
               GROUP BY r.subject_id HAVING sum(r.points) <> 0) THEN
        RAISE EXCEPTION '转出和转入的积分要相等' USING ERRCODE = 'LJ032';
    END IF;
    IF EXISTS (SELECT FROM (SELECT DISTINCT close_id, quarter FROM new_rows WHERE kind = 'credit') AS r
               JOIN members_quarterclose c ON c.id = r.close_id
               WHERE c.state <> 'locked' OR c.quarter <> r.quarter) THEN
        RAISE EXCEPTION '审定的季度才能入账' USING ERRCODE = 'LJ032';
    END IF;
    IF EXISTS (SELECT FROM new_rows r JOIN members_pointmovement m ON m.id = r.cancels_id
               WHERE m.kind <> 'redeem' OR (r.subject_id, r.good_id, r.quantity, r.price)
                     IS DISTINCT FROM (m.subject_id, m.good_id, m.quantity, m.price)) THEN
        RAISE EXCEPTION '撤销必须与原来的兑换同一对象、同一物品、同样的数量和积分' USING ERRCODE = 'LJ032';
    END IF;

    UPDATE members_pointaccount a SET balance = a.balance + s.points, owed = a.owed + s.owed
      FROM (SELECT subject_id, sum(points) AS points,
                   COALESCE(sum(points - earned) FILTER (WHERE kind = 'credit'), 0) AS owed
              FROM new_rows GROUP BY subject_id) AS s
     WHERE a.subject_id = s.subject_id;

    IF EXISTS (SELECT FROM new_rows WHERE good_id IS NOT NULL) THEN
        PERFORM FROM members_rewardgood WHERE id IN (SELECT r.good_id FROM new_rows r) ORDER BY id FOR NO KEY UPDATE;
        IF EXISTS (SELECT FROM new_rows r JOIN members_rewardgood g ON g.id = r.good_id
                   WHERE r.kind = 'redeem' AND (
                       g.price <> r.price OR left(r.village_id, length(g.area_id)) <> g.area_id
                       OR r."on" < g.offered_from OR r."on" >= g.offered_to)) THEN
            RAISE EXCEPTION '兑换的积分、地点或日期与物品不符' USING ERRCODE = 'LJ032';
        END IF;
        UPDATE members_rewardgood g SET given = g.given + s.quantity
          FROM (SELECT good_id, sum(CASE kind WHEN 'redeem' THEN quantity ELSE -quantity END) AS quantity
                  FROM new_rows WHERE good_id IS NOT NULL GROUP BY good_id) AS s
         WHERE g.id = s.good_id;
    END IF;

    INSERT INTO registers_dirtyscope (area_code, period, topic)
    SELECT DISTINCT village_id, to_char("on", 'YYYY"Q"Q'), 'points.movements' FROM new_rows;
    RETURN NULL;
END $$;

CREATE FUNCTION members_pointmovement_stays() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    -- Emptying the whole installation is the owner's affair, as with the ledger; the application's never.
    IF TG_OP = 'TRUNCATE' AND pg_has_role((SELECT relowner FROM pg_class WHERE oid = TG_RELID), 'USAGE') THEN
        RETURN NULL;
    END IF;
    RAISE EXCEPTION '积分账户明细只能新增，不能修改或删除；兑换错了请撤销' USING ERRCODE = 'LJ030';
END $$;

CREATE TRIGGER enter AFTER INSERT ON members_pointmovement REFERENCING NEW TABLE AS new_rows
    FOR EACH STATEMENT EXECUTE FUNCTION members_pointmovement_enter();
CREATE TRIGGER stays BEFORE UPDATE OR DELETE OR TRUNCATE ON members_pointmovement
    FOR EACH STATEMENT EXECUTE FUNCTION members_pointmovement_stays();

-- A balance goes with its subject into another village, so that a village's statement closes: by transfers, merges of
-- villages and raw SQL alike.
CREATE FUNCTION members_pointaccount_follow() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NOT EXISTS (SELECT FROM old_rows o JOIN new_rows n ON n.id = o.id AND n.village_id <> o.village_id) THEN
        RETURN NULL;
    END IF;
    PERFORM FROM members_pointaccount WHERE subject_id IN (
        SELECT n.id FROM old_rows o JOIN new_rows n ON n.id = o.id AND n.village_id <> o.village_id)
    ORDER BY subject_id FOR NO KEY UPDATE;
    INSERT INTO members_pointmovement (subject_id, village_id, kind, points, "on", earned, quarter, reason, created_at)
    SELECT n.id, x.village, x.kind, x.points,
           COALESCE(nullif(current_setting('lianjian.today', true), '')::date,
                    (now() AT TIME ZONE 'Asia/Shanghai')::date), 0, '', '', now()
      FROM old_rows o
      JOIN new_rows n ON n.id = o.id AND n.village_id <> o.village_id
      JOIN members_pointaccount a ON a.subject_id = n.id AND a.balance > 0
     CROSS JOIN LATERAL (VALUES (o.village_id, 'moved_out', -a.balance), (n.village_id, 'moved_in', a.balance))
           AS x(village, kind, points)
     ORDER BY n.id, x.points;
    RETURN NULL;
END $$;

CREATE TRIGGER balance_follows AFTER UPDATE ON members_subject
    REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows
    FOR EACH STATEMENT EXECUTE FUNCTION members_pointaccount_follow();
