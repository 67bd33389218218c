-- A database of version 1, as a host left it that had served one client; the tokens are nobody's.
BEGIN;
CREATE TABLE audit (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        moment INTEGER NOT NULL,
        principal TEXT NOT NULL,
        client TEXT NOT NULL,
        tool TEXT NOT NULL,
        arguments TEXT NOT NULL,
        action TEXT NOT NULL,
        entities TEXT NOT NULL,
        outcome TEXT NOT NULL,
        generation INTEGER NOT NULL
    ) STRICT;
INSERT INTO "audit" VALUES(1,1795417038256,'laptop','fixture 1','intent__HassTurnOn','{"area":"Kitchen","domain":["light"]}','homeassistant.turn_on','["light.kitchen_lamp"]','ok',1);
INSERT INTO "audit" VALUES(2,1795417038256,'laptop','fixture 1','intent__HassTurnOn','{"area":"Kitchen","domain":["light"]}','homeassistant.turn_on','["light.worktop"]','ok',1);
CREATE TABLE audit_gaps (
        first INTEGER NOT NULL,
        last INTEGER NOT NULL,
        lost INTEGER NOT NULL
    ) STRICT;
INSERT INTO "audit_gaps" VALUES(1795000000000,1795000001000,7);
CREATE TABLE entries (
        position INTEGER PRIMARY KEY AUTOINCREMENT,
        id TEXT NOT NULL UNIQUE,
        title TEXT NOT NULL,
        all_llm_apis INTEGER NOT NULL,
        llm_apis TEXT NOT NULL,
        require_admin INTEGER NOT NULL,
        read_only INTEGER NOT NULL,
        disabled INTEGER NOT NULL
    ) STRICT;
INSERT INTO "entries" VALUES(1,'4d95e26c0e','All LLM APIs',1,'[]',1,0,0);
CREATE TABLE generations (
        number INTEGER PRIMARY KEY,
        digest TEXT NOT NULL,
        version TEXT NOT NULL,
        since INTEGER NOT NULL
    ) STRICT;
INSERT INTO "generations" VALUES(1,'947ed20c53673a134a8d2a033cc3d2e754728eae5fb231f3721f1b0e1842f069','0.1.0',1795417038195);
CREATE TABLE home_states (
        entity TEXT PRIMARY KEY,
        state TEXT NOT NULL
    ) STRICT;
INSERT INTO "home_states" VALUES('calendar.collections','{"described":"fe8efb5c220d5580","state":"off","attributes":{"message":"Residual waste","all_day":true,"start_time":"2026-11-24 00:00:00","end_time":"2026-11-25 00:00:00","location":"","description":""},"hidden":{"events":[{"uid":"b2727f68-8351-48f1-8c13-7f41f8d18b59","summary":"Residual waste","start":"2025-01-07","end":"2025-01-08","rrule":"FREQ=WEEKLY;INTERVAL=2"},{"uid":"b65e9272-066e-4bc0-8482-bf3822bcbfd4","summary":"Paper","start":"2025-01-15","end":"2025-01-16","rrule":"FREQ=MONTHLY;BYDAY=3WE"},{"uid":"b02cc9f7-0964-4c2a-bfbb-6381aa38ee2a","summary":"Organic waste","start":"2025-01-14","end":"2025-01-15","rrule":"FREQ=WEEKLY;INTERVAL=2"}],"added":3,"changes_at":1795474800000}}');
CREATE TABLE installation (
        id INTEGER PRIMARY KEY CHECK (id = 1),
        secret BLOB NOT NULL,
        served INTEGER NOT NULL DEFAULT 0
    ) STRICT;
INSERT INTO "installation" VALUES(1,X'3799E31E3E968C7A7256D7DE50C304AEB5C8B6F283FB5798E292F0E10CC9498F',1);
CREATE TABLE principals (
        id TEXT PRIMARY KEY,
        admin INTEGER NOT NULL
    ) STRICT;
INSERT INTO "principals" VALUES('laptop',1);
INSERT INTO "principals" VALUES('tablet',0);
CREATE TABLE tokens (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        name TEXT NOT NULL UNIQUE,
        hash BLOB NOT NULL UNIQUE,
        principal TEXT NOT NULL REFERENCES principals (id),
        created INTEGER NOT NULL
    ) STRICT;
INSERT INTO "tokens" VALUES(1,'laptop',X'0018132E9F76D306E4688FC2912794028EACC1A294E843AF8F97E690F3F29949','laptop',1795417036716);
INSERT INTO "tokens" VALUES(2,'tablet',X'40E8F132E7A25A8163DD7B93E46CA99E2D6592E1ECE74AC156980E36D4BC9463','tablet',1795417036726);
CREATE INDEX audit_by_moment ON audit (moment);
DELETE FROM "sqlite_sequence";
INSERT INTO "sqlite_sequence" VALUES('entries',1);
INSERT INTO "sqlite_sequence" VALUES('tokens',2);
INSERT INTO "sqlite_sequence" VALUES('audit',2);
PRAGMA user_version = 1;
COMMIT;
