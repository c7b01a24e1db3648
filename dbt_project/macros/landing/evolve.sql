{#- The feed's stage, raw table and line are brought to what its block says. Columns that the block
    gained are added (old rows have null in them); any other change of a column is refused while
    there are rows, because they have landed under the old one. -#}
{% macro ensure_feed(feed, always=false) -%}
    {%- set definition = landing_definition(feed) -%}
    {%- set line = feed.schema ~ '.FEEDS where feed = ' ~ landing_literal(feed.name) -%}
    {%- set known = run_query('select definition from ' ~ line).rows -%}
    {%- set before = known[0][0] if known else none -%}
    {%- if always or before != definition -%}
        {%- do landing_check_stage(feed, before) -%}
        {%- do landing_evolve_table(feed) -%}
        {%- do run_query(landing_create_stage(feed)) -%}
        {%- if not known -%}
            {%- do run_query(
                'insert into ' ~ feed.schema ~ '.FEEDS (feed) select ' ~ landing_literal(feed.name)
                ~ ' where not exists (select 1 from ' ~ line ~ ')'
            ) -%}
        {%- endif -%}
        {%- if before != definition -%}
            {%- do landing_set_definition(feed, definition) -%}
        {%- endif -%}
    {%- endif -%}
{%- endmacro %}

{#- A file that the old block refused may be good for the new one: the next run looks at it again. -#}
{% macro landing_set_definition(feed, definition) -%}
    {%- set is_feed = 'feed = ' ~ landing_literal(feed.name) -%}
    {%- do run_query(
        'update ' ~ feed.schema ~ ".LANDED_FILES set state = 'retried' where " ~ is_feed ~ " and state = 'refused'"
    ) -%}
    {%- do run_query(
        'update ' ~ feed.schema ~ '.FEEDS set definition = ' ~ landing_literal(definition) ~ ' where ' ~ is_feed
    ) -%}
{%- endmacro %}

{#- Files that wait on a stage would not be found on another. -#}
{% macro landing_check_stage(feed, before) -%}
    {%- set stage = before.split('; ')[0] if before else none -%}
    {%- if stage and stage != '@' ~ landing_stage(feed) -%}
        {%- set waiting = landing_scalar(
            'select count(*) from ' ~ feed.schema ~ '.LANDED_FILES where feed = '
            ~ landing_literal(feed.name) ~ " and state = 'staged'"
        ) -%}
        {%- if waiting | int -%}
            {{ exceptions.raise_compiler_error(
                'LANDING ' ~ feed.name ~ ': ' ~ waiting ~ ' files wait on the stage ' ~ stage
                ~ ', which the landing block has renamed. Give it its old name, land them with'
                ~ ' `uv run python -m dags.landing land ' ~ feed.name ~ '`, then rename it.'
            ) }}
        {%- endif -%}
    {%- endif -%}
{%- endmacro %}

{% macro landing_evolve_table(feed) -%}
    {%- set table = landing_table(feed) -%}
    {%- do run_query(landing_create_table(feed)) -%}
    {%- set relation = api.Relation.create(database=target.database, schema=feed.schema, identifier=feed.identifier) -%}
    {%- set there = {} -%}
    {%- for column in adapter.get_columns_in_relation(relation) -%}
        {%- do there.update({column.name | lower: landing_type_of(column)}) -%}
    {%- endfor -%}
    {%- set wanted = {} -%}
    {%- for column in landing_columns(landing_definition(feed)) -%}
        {%- do wanted.update({column.name: column.type}) -%}
    {%- endfor -%}
    {%- set differing = [] -%}
    {%- for name, type in there.items() if not landing_is_type(wanted.get(name), type) -%}
        {%- do differing.append(name ~ ' is ' ~ type ~ ', wanted: ' ~ wanted.get(name, 'no such column')) -%}
    {%- endfor -%}
    {%- if differing and not landing_scalar('select count(*) from (select 1 as one from ' ~ table ~ ' limit 1) r') | int -%}
        {%- do run_query(landing_create_table(feed, or_replace=true)) -%}
        {%- do print(feed.name ~ ': made the empty table anew, as ' ~ differing | join('; ')) -%}
    {%- elif differing -%}
        {{ exceptions.raise_compiler_error(
            'LANDING ' ~ feed.name ~ ': a column was removed or changed in the landing block, and ' ~ table
            ~ ' has rows with it (' ~ differing | join('; ') ~ '). Raw tables only gain columns: put it back,'
            ~ ' and add a new column beside it or a new feed with an identifier of its own.'
        ) }}
    {%- else -%}
        {%- for name, type in wanted.items() if name not in there -%}
            {%- do run_query('alter table ' ~ table ~ ' add column ' ~ name ~ ' ' ~ type) -%}
            {%- do print(feed.name ~ ': added column ' ~ name ~ ' ' ~ type) -%}
        {%- endfor -%}
    {%- endif -%}
{%- endmacro %}

{#- A column's type in the words of a landing block. -#}
{% macro landing_type_of(column) -%}
    {%- set type = column.data_type | lower -%}
    {%- if type.startswith(('character', 'varchar', 'text')) -%}
        {{ return('text') }}
    {%- elif type.startswith(('float', 'real', 'double')) -%}
        {{ return('float') }}
    {%- endif -%}
    {{ return(type.replace(' ', '')) }}
{%- endmacro %}

{#- The database does not tell the precision of a timestamp, and blocks know only one. -#}
{% macro landing_is_type(wanted, there) -%}
    {%- if there.startswith('timestamp_ntz') -%}
        {{ return((wanted or '').startswith('timestamp_ntz')) }}
    {%- endif -%}
    {{ return(wanted == there) }}
{%- endmacro %}
