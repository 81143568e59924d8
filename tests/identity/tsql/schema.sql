BEGIN TRANSACTION;

CREATE TABLE alembic_version (
    version_num VARCHAR(32) NOT NULL, 
    CONSTRAINT alembic_version_pkc PRIMARY KEY (version_num)
);

GO

-- Running upgrade  -> 0001

CREATE TABLE users (
    id INTEGER NOT NULL IDENTITY, 
    email NVARCHAR(254) NOT NULL, 
    email_key NVARCHAR(850) COLLATE Latin1_General_BIN2 NOT NULL, 
    password_hash NVARCHAR(255) COLLATE Latin1_General_BIN2 NOT NULL, 
    name NVARCHAR(240) NOT NULL, 
    role NVARCHAR(20) COLLATE Latin1_General_BIN2 NOT NULL, 
    is_active BIT NOT NULL, 
    created_at DATETIME2(6) NOT NULL, 
    updated_at DATETIME2(6) NOT NULL, 
    totp_secret NVARCHAR(64) COLLATE Latin1_General_BIN2 NULL, 
    totp_confirmed_at DATETIME2(6) NULL, 
    totp_last_interval BIGINT NULL, 
    CONSTRAINT pk_users PRIMARY KEY (id), 
    CONSTRAINT ck_users_role_known CHECK (role IN ('admin', 'atendente', 'supervisor', 'user')), 
    CONSTRAINT uq_users_email_key UNIQUE (email_key)
);

GO

CREATE TABLE sessions (
    id UNIQUEIDENTIFIER NOT NULL, 
    user_id INTEGER NOT NULL, 
    created_at DATETIME2(6) NOT NULL, 
    expires_at DATETIME2(6) NOT NULL, 
    revoked_at DATETIME2(6) NULL, 
    CONSTRAINT pk_sessions PRIMARY KEY (id), 
    CONSTRAINT fk_sessions_user_id FOREIGN KEY(user_id) REFERENCES users (id)
);

GO

CREATE INDEX ix_sessions_user_open ON sessions (user_id) WHERE revoked_at IS NULL;

GO

CREATE TABLE refresh_tokens (
    id BIGINT NOT NULL IDENTITY, 
    token_hash VARBINARY(32) NOT NULL, 
    session_id UNIQUEIDENTIFIER NOT NULL, 
    expires_at DATETIME2(6) NOT NULL, 
    used_at DATETIME2(6) NULL, 
    CONSTRAINT pk_refresh_tokens PRIMARY KEY (id), 
    CONSTRAINT fk_refresh_tokens_session_id FOREIGN KEY(session_id) REFERENCES sessions (id) ON DELETE CASCADE, 
    CONSTRAINT uq_refresh_tokens_token_hash UNIQUE (token_hash)
);

GO

CREATE INDEX ix_refresh_tokens_session_id ON refresh_tokens (session_id);

GO

CREATE TABLE recovery_codes (
    id BIGINT NOT NULL IDENTITY, 
    user_id INTEGER NOT NULL, 
    code_hash VARBINARY(32) NOT NULL, 
    used_at DATETIME2(6) NULL, 
    CONSTRAINT pk_recovery_codes PRIMARY KEY (id), 
    CONSTRAINT fk_recovery_codes_user_id FOREIGN KEY(user_id) REFERENCES users (id)
);

GO

CREATE INDEX ix_recovery_codes_user_id ON recovery_codes (user_id);

GO

CREATE TABLE audit_entries (
    id BIGINT NOT NULL IDENTITY, 
    at DATETIME2(6) NOT NULL, 
    action NVARCHAR(40) COLLATE Latin1_General_BIN2 NOT NULL, 
    user_id INTEGER NOT NULL, 
    actor_id INTEGER NULL, 
    before NVARCHAR(max) NOT NULL, 
    after NVARCHAR(max) NOT NULL, 
    address NVARCHAR(64) NOT NULL, 
    request_id NVARCHAR(64) NULL, 
    CONSTRAINT pk_audit_entries PRIMARY KEY (id)
);

GO

CREATE INDEX ix_audit_entries_user ON audit_entries (user_id, id);

GO

CREATE INDEX ix_audit_entries_actor ON audit_entries (actor_id, id);

GO

CREATE TRIGGER audit_entries_append_only ON audit_entries INSTEAD OF UPDATE, DELETE AS THROW 51000, 'audit_entries is append-only', 1;

GO

INSERT INTO alembic_version (version_num) OUTPUT inserted.version_num VALUES ('0001');

GO

COMMIT;

GO
