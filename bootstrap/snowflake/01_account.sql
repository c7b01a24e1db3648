-- Run once by an account admin; safe to repeat. Nothing is dropped, no other object is touched.
-- $database, $warehouse, $user and $public_key are filled in by `python -m bootstrap snowflake sql`.

-- --- who may do what ---------------------------------------------------------------------------
use role useradmin;
create role if not exists LOADER comment = 'Lands rows: writes RAW, reads nothing else';
create role if not exists TRANSFORMER comment = 'dbt: reads RAW, writes every other schema';
create role if not exists REPORTER comment = 'Dashboards: reads MARTS';

-- --- what it costs -----------------------------------------------------------------------------
-- A run every quarter of an hour keeps an XSMALL awake for a minute or two each: about 2 to 4
-- credits a day. The monitor stops it at 100 a month.
use role accountadmin;
create resource monitor if not exists $warehouse
  with credit_quota = 100 frequency = monthly start_timestamp = immediately
  triggers on 80 percent do notify on 100 percent do suspend on 110 percent do suspend_immediate;
create warehouse if not exists $warehouse
  warehouse_size = xsmall auto_suspend = 60 auto_resume = true initially_suspended = true
  statement_timeout_in_seconds = 3600 resource_monitor = $warehouse;
grant usage on warehouse $warehouse to role LOADER;
grant usage on warehouse $warehouse to role TRANSFORMER;
grant usage on warehouse $warehouse to role REPORTER;

-- --- where it lives ----------------------------------------------------------------------------
use role sysadmin;
create database if not exists $database data_retention_time_in_days = 1;
create schema if not exists $database.RAW;
create schema if not exists $database.STAGING;
create schema if not exists $database.INTERMEDIATE;
create schema if not exists $database.MARTS;
create schema if not exists $database.SNAPSHOTS;

use role securityadmin;
grant role LOADER to role sysadmin;
grant role TRANSFORMER to role sysadmin;
grant role REPORTER to role sysadmin;
grant usage on database $database to role LOADER;
grant usage on database $database to role TRANSFORMER;
grant usage on database $database to role REPORTER;

-- The landing makes tables, stages and file formats there, and so owns them.
grant usage, create table, create stage, create file format, create temporary table
  on schema $database.RAW to role LOADER;

grant usage on schema $database.RAW to role TRANSFORMER;
grant select on all tables in schema $database.RAW to role TRANSFORMER;
grant select on future tables in schema $database.RAW to role TRANSFORMER;
-- dbt asks for a schema that is there with CREATE SCHEMA IF NOT EXISTS.
grant create schema on database $database to role TRANSFORMER;
grant usage, create table, create view, create temporary table
  on schema $database.STAGING to role TRANSFORMER;
grant usage, create table, create view, create temporary table
  on schema $database.INTERMEDIATE to role TRANSFORMER;
grant usage, create table, create view, create temporary table
  on schema $database.MARTS to role TRANSFORMER;
grant usage, create table, create view, create temporary table
  on schema $database.SNAPSHOTS to role TRANSFORMER;

grant usage on schema $database.MARTS to role REPORTER;
grant select on all tables in schema $database.MARTS to role REPORTER;
grant select on future tables in schema $database.MARTS to role REPORTER;
grant select on all views in schema $database.MARTS to role REPORTER;
grant select on future views in schema $database.MARTS to role REPORTER;

-- --- the service user: a key pair, no password ---------------------------------------------------
use role useradmin;
create user if not exists $user
  type = service default_role = TRANSFORMER default_warehouse = $warehouse
  default_namespace = $database.STAGING comment = 'transaction-pipeline';
alter user $user set rsa_public_key = '$public_key';
use role securityadmin;
grant role LOADER to user $user;
grant role TRANSFORMER to user $user;
