DROP TABLE members_pointentry;

CREATE SEQUENCE members_pointentry_id_seq AS bigint;

CREATE TABLE members_pointentry (
    id bigint NOT NULL DEFAULT nextval('members_pointentry_id_seq'),
    county_code varchar(12) COLLATE "C" NOT NULL,
    settle_quarter varchar(6) COLLATE "C" NOT NULL,
    subject_id bigint NOT NULL REFERENCES members_subject (id),
    village_id varchar(12) COLLATE "C" NOT NULL REFERENCES villages_village (code),
    claim_id bigint,
    scheme_id bigint NOT NULL REFERENCES members_pointscheme (id),
    item_code varchar(20) COLLATE "C" NOT NULL,
    quantity smallint NOT NULL,
    points integer NOT NULL,
    occurred_on date NOT NULL,
    reason varchar(200) NOT NULL,
    source_ref varchar(80) NOT NULL,
    reverses bigint,
    created_by_id bigint NOT NULL REFERENCES accounts_user (id),
    created_at timestamptz NOT NULL,
    CONSTRAINT members_pointentry_pkey PRIMARY KEY (id, settle_quarter),
    CONSTRAINT one_entry_of_a_claim UNIQUE (settle_quarter, claim_id),
    CONSTRAINT entry_of_a_claim_or_a_reversal CHECK ((claim_id IS NULL) <> (reverses IS NULL)),
    CONSTRAINT entry_of_the_villages_county CHECK (county_code = left(village_id, 6)),
    CONSTRAINT entry_quantity_1_to_999 CHECK (quantity BETWEEN 1 AND 999),
    CONSTRAINT entry_not_before_its_quarter CHECK (to_char(occurred_on, 'YYYY"Q"Q') <= settle_quarter),
    -- The claim must be approved for this very quarter.
    CONSTRAINT entry_of_its_approved_claim FOREIGN KEY (claim_id, settle_quarter)
        REFERENCES members_pointclaim (id, settle_quarter),
    -- A reversal stands in the quarter of its entry.
    CONSTRAINT reversal_in_its_entrys_quarter FOREIGN KEY (reverses, settle_quarter)
        REFERENCES members_pointentry (id, settle_quarter)
) PARTITION BY LIST (settle_quarter);

ALTER SEQUENCE members_pointentry_id_seq OWNED BY members_pointentry.id;

CREATE UNIQUE INDEX one_reversal_of_an_entry ON members_pointentry (settle_quarter, reverses)
    WHERE reverses IS NOT NULL;

-- What a close reads of an entry, so that it never visits the table; the quarter too, though it is the same in all of
-- a partition, because the planner looks for it.
CREATE INDEX entry_for_the_close ON members_pointentry (settle_quarter, county_code, subject_id, item_code)
    INCLUDE (points, occurred_on, id, reverses);

-- Lists of a town or village, newest first.
CREATE INDEX entry_of_village ON members_pointentry (village_id, id);
