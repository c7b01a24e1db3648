{#- Creates what landing needs; safe to repeat, and it never drops rows or changes columns that hold any.
    By hand: dbt run-operation ensure_landing -#}
{% macro ensure_landing() -%}
    {%- do ensure_landing_objects() -%}
    {%- for feed in landing_feeds() -%}
        {%- do ensure_feed(feed, always=true) -%}
    {%- endfor -%}
{%- endmacro %}

{#- Prints what ensure_landing would run in an empty schema, for an admin to read or to run. -#}
{% macro landing_sql() -%}
    {%- for statement in landing_object_statements() -%}
        {%- do print(statement ~ ';') -%}
    {%- endfor -%}
    {%- for feed in landing_feeds() -%}
        {%- do print(landing_create_table(feed) ~ ';') -%}
        {%- do print(landing_create_stage(feed) ~ ';') -%}
    {%- endfor -%}
{%- endmacro %}

{#- Rows are landed by a role that may write the raw schema and nothing else; models are built by
    another. The local server has no roles. -#}
{% macro landing_use_role() -%}
    {%- set role = env_var('SNOWFLAKE_LOADER_ROLE', '') -%}
    {%- if role and target.account != 'local' -%}
        {%- do run_query('use role ' ~ role) -%}
        {#- The user's other roles would add to what this one may. -#}
        {%- do run_query('use secondary roles none') -%}
    {%- endif -%}
{%- endmacro %}

{#- Every landing begins with this. -#}
{% macro ensure_landing_objects() -%}
    {%- do landing_use_role() -%}
    {%- set raw = landing_feeds()[0].schema -%}
    {#- In an account the admin makes it, and the loader may not even ask for it. -#}
    {%- if not adapter.check_schema_exists(target.database, raw) -%}
        {%- do run_query('create schema if not exists ' ~ raw) -%}
    {%- endif -%}
    {%- for statement in landing_object_statements() -%}
        {%- do run_query(statement) -%}
    {%- endfor -%}
{%- endmacro %}

{#- Ledger, quarantine, one line a feed, and the two file formats. -#}
{% macro landing_object_statements() -%}
    {%- set raw = landing_feeds()[0].schema -%}
    {%- set feeds -%}
create table if not exists {{ raw }}.FEEDS (
    feed text not null, definition text, last_run text, last_landed_at timestamp_ntz(6)
)
    {%- endset -%}
    {%- set landed_files -%}
create table if not exists {{ raw }}.LANDED_FILES (
    feed text not null, source_file text not null, content_key text, state text not null, stage_path text,
    size_bytes number(38,0), modified_ns number(38,0),
    rows_counted number(38,0), rows_parsed number(38,0), rows_loaded number(38,0), rows_rejected number(38,0),
    first_error text, staged_at timestamp_ntz(6), landed_at timestamp_ntz(6), landing_run text
)
    {%- endset -%}
    {%- set quarantine -%}
create table if not exists {{ raw }}.QUARANTINE (
    feed text not null, source_file text not null, source_content_key text not null,
    source_row number(38,0) not null, reasons text not null, raw_values text,
    quarantined_at timestamp_ntz(6), landing_run text, replayed_at timestamp_ntz(6)
)
    {%- endset -%}
    {{ return([
        landing_file_format(raw ~ '.CSV_AS_TEXT', empty_field_as_null=false),
        landing_file_format(raw ~ '.CSV_FROM_POSTGRES', empty_field_as_null=true),
        feeds, landed_files, quarantine,
    ]) }}
{%- endmacro %}

{#- Quotes as RFC 4180 has them and no escapes, so that a value arrives as it was written. -#}
{% macro landing_file_format(name, empty_field_as_null) -%}
    {%- set sql -%}
create file format if not exists {{ name }}
    type = csv field_delimiter = ',' field_optionally_enclosed_by = '"'
    escape = none escape_unenclosed_field = none
    empty_field_as_null = {{ empty_field_as_null }} null_if = ()
    skip_header = 0 error_on_column_count_mismatch = false skip_blank_lines = true
    timestamp_format = 'AUTO' date_format = 'AUTO'
    {%- endset -%}
    {{ return(sql) }}
{%- endmacro %}

{% macro landing_create_stage(feed) -%}
    {{ return('create stage if not exists ' ~ landing_stage(feed)
        ~ " file_format = (type = csv timestamp_format = 'AUTO')") }}
{%- endmacro %}

{% macro landing_create_table(feed, or_replace=false) -%}
    {%- set create = 'create or replace table ' if or_replace else 'create table if not exists ' -%}
    {%- set columns = landing_columns(landing_definition(feed)) | map(attribute='sql') | join(',\n    ') -%}
    {{ return(create ~ landing_table(feed) ~ ' (\n    ' ~ columns ~ '\n)') }}
{%- endmacro %}

{#- Stage and columns as one text: @stage; name type; name type; ... The landing's Python writes the
    same (dags/landing/feeds.py) to see with one query whether a feed is as its block says. -#}
{% macro landing_definition(feed) -%}
    {%- set columns = [] -%}
    {%- for column in feed.columns.values() -%}
        {%- do columns.append(column.name ~ ' ' ~ column.data_type | lower) -%}
    {%- endfor -%}
    {%- for name, type in landing_lineage(feed).items() if name not in feed.columns -%}
        {%- do columns.append(name ~ ' ' ~ type) -%}
    {%- endfor -%}
    {{ return('@' ~ landing_stage(feed) ~ '; ' ~ columns | join('; ')) }}
{%- endmacro %}

{#- The columns of a definition: [{name, type, sql}]. -#}
{% macro landing_columns(definition) -%}
    {%- set columns = [] -%}
    {%- for sql in definition.split('; ')[1:] -%}
        {%- set name, type = sql.split(' ', 1) -%}
        {%- do columns.append({'name': name, 'type': type, 'sql': sql}) -%}
    {%- endfor -%}
    {{ return(columns) }}
{%- endmacro %}
