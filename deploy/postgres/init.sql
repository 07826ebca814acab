-- Run once by the PostgreSQL image on an empty volume: a role and a database a service, and one for the vault.
-- Passwords come from the environment; a missing one is a syntax error here and stops the start.
\set ON_ERROR_STOP on
\getenv registry_password REGISTRY_DB_PASSWORD
\getenv living_password LIVING_DB_PASSWORD
\getenv disability_password DISABILITY_DB_PASSWORD
\getenv finance_password FINANCE_DB_PASSWORD
\getenv notification_password NOTIFICATION_DB_PASSWORD
\getenv history_password HISTORY_DB_PASSWORD
\getenv policy_password POLICY_DB_PASSWORD
\getenv staff_password STAFF_DB_PASSWORD
\getenv verification_password VERIFICATION_DB_PASSWORD
\getenv vault_password VAULT_DB_PASSWORD

CREATE ROLE doudi_registry LOGIN PASSWORD :'registry_password';
CREATE ROLE doudi_living LOGIN PASSWORD :'living_password';
CREATE ROLE doudi_disability LOGIN PASSWORD :'disability_password';
CREATE ROLE doudi_finance LOGIN PASSWORD :'finance_password';
CREATE ROLE doudi_notification LOGIN PASSWORD :'notification_password';
CREATE ROLE doudi_history LOGIN PASSWORD :'history_password';
CREATE ROLE doudi_policy LOGIN PASSWORD :'policy_password';
CREATE ROLE doudi_staff LOGIN PASSWORD :'staff_password';
CREATE ROLE doudi_verification LOGIN PASSWORD :'verification_password';
CREATE ROLE doudi_vault LOGIN PASSWORD :'vault_password';

CREATE DATABASE doudi_registry OWNER doudi_registry;
CREATE DATABASE doudi_living OWNER doudi_living;
CREATE DATABASE doudi_disability OWNER doudi_disability;
CREATE DATABASE doudi_finance OWNER doudi_finance;
CREATE DATABASE doudi_notification OWNER doudi_notification;
CREATE DATABASE doudi_history OWNER doudi_history;
CREATE DATABASE doudi_policy OWNER doudi_policy;
CREATE DATABASE doudi_staff OWNER doudi_staff;
CREATE DATABASE doudi_verification OWNER doudi_verification;
CREATE DATABASE doudi_vault OWNER doudi_vault;

-- By default every role may connect to every database: no service reads another's store, and none the vault's
-- database under its own role.
REVOKE CONNECT ON DATABASE
    postgres, doudi_registry, doudi_living, doudi_notification, doudi_history, doudi_policy, doudi_staff,
    doudi_finance, doudi_disability, doudi_verification, doudi_vault
    FROM PUBLIC;
