-- Run once by an account admin; safe to repeat. Nothing is dropped, no other object is touched.
-- `python -m bootstrap snowflake sql` fills in the names, from the settings SNOWFLAKE_*.

-- --- who may do what ---------------------------------------------------------------------------
use role useradmin;
create role if not exists $loader comment = 'Lands rows: writes RAW, reads nothing else';
create role if not exists $transformer comment = 'dbt: reads RAW, writes every other schema';
create role if not exists REPORTER comment = 'Dashboards: reads MARTS';

-- --- what it costs -----------------------------------------------------------------------------
-- A run every quarter of an hour keeps an XSMALL awake for two minutes: 3.2 credits a day, some 100
-- a month. The monitor says so at 100 and stops what has run away at 200.
use role accountadmin;
create resource monitor if not exists $warehouse
  with credit_quota = 200 frequency = monthly start_timestamp = immediately
  triggers on 50 percent do notify on 80 percent do notify on 100 percent do suspend on 110 percent do suspend_immediate;
create warehouse if not exists $warehouse
  warehouse_size = xsmall auto_suspend = 60 auto_resume = true initially_suspended = true
  statement_timeout_in_seconds = 3600;
-- Also of a warehouse that was there before.
alter warehouse $warehouse set resource_monitor = $warehouse;
grant usage on warehouse $warehouse to role $loader;
grant usage on warehouse $warehouse to role $transformer;
grant usage on warehouse $warehouse to role REPORTER;

-- --- where it lives ----------------------------------------------------------------------------
use role sysadmin;
create database if not exists $database data_retention_time_in_days = 1;
create schema if not exists $database.RAW;
create schema if not exists $database.STAGING;
create schema if not exists $database.INTERMEDIATE;
create schema if not exists $database.MARTS;
create schema if not exists $database.SNAPSHOTS;
-- Where a session starts, and dbt puts a model that names no schema.
create schema if not exists $database.$schema;

use role securityadmin;
grant role $loader to role sysadmin;
grant role $transformer to role sysadmin;
grant role REPORTER to role sysadmin;
grant usage on database $database to role $loader;
grant usage on database $database to role $transformer;
grant usage on database $database to role REPORTER;

-- The landing makes tables, stages and file formats there, and so owns them.
grant usage, create table, create stage, create file format, create temporary table
  on schema $database.RAW to role $loader;

grant usage on schema $database.RAW to role $transformer;
grant select on all tables in schema $database.RAW to role $transformer;
grant select on future tables in schema $database.RAW to role $transformer;
-- dbt asks for a schema that is there with CREATE SCHEMA IF NOT EXISTS.
grant create schema on database $database to role $transformer;
grant usage, create table, create view, create temporary table
  on schema $database.STAGING to role $transformer;
grant usage, create table, create view, create temporary table
  on schema $database.INTERMEDIATE to role $transformer;
grant usage, create table, create view, create temporary table
  on schema $database.MARTS to role $transformer;
grant usage, create table, create view, create temporary table
  on schema $database.SNAPSHOTS to role $transformer;
grant usage, create table, create view, create temporary table
  on schema $database.$schema to role $transformer;

grant usage on schema $database.MARTS to role REPORTER;
grant select on all tables in schema $database.MARTS to role REPORTER;
grant select on future tables in schema $database.MARTS to role REPORTER;
grant select on all views in schema $database.MARTS to role REPORTER;
grant select on future views in schema $database.MARTS to role REPORTER;

-- --- the service user: a key pair, no password ---------------------------------------------------
use role useradmin;
create user if not exists $user
  type = service default_role = $transformer default_warehouse = $warehouse
  default_namespace = $database.$schema default_secondary_roles = () comment = 'transaction-pipeline';
-- Otherwise a session may what any of the user's roles may.
alter user $user set default_secondary_roles = ();
alter user $user set rsa_public_key = '$public_key';
use role securityadmin;
grant role $loader to user $user;
grant role $transformer to user $user;
