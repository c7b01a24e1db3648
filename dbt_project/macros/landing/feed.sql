{#- What the landing macros know of a feed: its source, its landing block, its columns. -#}

{% macro landing_feed(name) -%}
    {%- for node in graph.sources.values() if node.name == name and node.config.meta.get('landing') -%}
        {{ return(node) }}
    {%- endfor -%}
    {%- set names = graph.sources.values() | selectattr('config.meta.landing', 'defined') | map(attribute='name') -%}
    {{ exceptions.raise_compiler_error("There is no feed '" ~ name ~ "'. Feeds: " ~ names | sort | join(', ')) }}
{%- endmacro %}

{% macro landing_feeds() -%}
    {{ return(graph.sources.values() | selectattr('config.meta.landing', 'defined') | list) }}
{%- endmacro %}

{#- Columns that the file or relation delivers: all but those the landing fills in. -#}
{% macro landing_delivered(feed) -%}
    {%- set lineage = landing_lineage(feed) -%}
    {{ return(feed.columns.values() | rejectattr('name', 'in', lineage) | list) }}
{%- endmacro %}

{#- Columns of a raw table that the landing fills in, with their types. -#}
{% macro landing_lineage(feed) -%}
    {%- if 'relation' in feed.config.meta.landing['from'] -%}
        {{ return({
            'airflow_ingested_at': 'timestamp_ntz(6)',
            'source_database': 'text',
            'landing_run': 'text',
        }) }}
    {%- endif -%}
    {{ return({
        'source_file': 'text',
        'ingested_at': 'timestamp_ntz(6)',
        'source_content_key': 'text',
        'source_row': 'number(38,0)',
        'landing_run': 'text',
    }) }}
{%- endmacro %}

{% macro landing_table(feed) -%}
    {{ return(feed.schema ~ '.' ~ feed.identifier) }}
{%- endmacro %}

{% macro landing_stage(feed) -%}
    {{ return(feed.schema ~ '.' ~ feed.config.meta.landing.get('stage', 'STG_' ~ feed.identifier)) }}
{%- endmacro %}
