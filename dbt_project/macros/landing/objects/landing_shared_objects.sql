{% macro landing_shared_objects() -%}
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
    quarantined_at timestamp_ntz(6), landing_run text, replayed_at timestamp_ntz(6), overtaken_by text
)
    {%- endset -%}
    {{ return([
        landing_file_format(raw ~ '.CSV_AS_TEXT', empty_field_as_null=false),
        landing_file_format(raw ~ '.CSV_FROM_POSTGRES', empty_field_as_null=true),
        feeds, landed_files, quarantine,
    ]) }}
{%- endmacro %}
