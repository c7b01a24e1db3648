{% macro landing_copy_files(feed, files, buffer) -%}
    {#- The header is loaded too: it is record 1, so a record has the same number in every parser. -#}
    {%- set columns = landing_buffer_columns(feed) -%}
    {%- set sql -%}
        copy into {{ buffer }} (file, source_row, {{ columns | join(', ') }})
        from (
            select metadata$filename, metadata$file_row_number, t.${{ range(1, columns | length + 1) | join(', t.$') }}
            from @{{ landing_stage(feed) }} t
        )
        files = {{ landing_in_list(files | map(attribute='paths') | sum(start=[])) }}
        file_format = (format_name = '{{ feed.schema }}.CSV_AS_TEXT')
        on_error = abort_statement
    {%- endset -%}
    {%- set result = run_query(sql) -%}
    {%- set read = {} -%}
    {%- for row in result.rows if 'rows_loaded' in result.column_names -%}
        {#- Staged as load/content_key.csv.gz, a later part as load/content_key.records_before.csv.gz. -#}
        {%- set key = row['file'].split('/')[-1].split('.')[0] -%}
        {%- do read.update({key: read.get(key, -1) + row['rows_loaded'] | int}) -%}
    {%- endfor -%}
    {%- set lost = [] -%}
    {%- for file in files if read.get(file.key) != file.counted -%}
        {%- do lost.append({
            'key': file.key,
            'reason': file.counted ~ ' rows were staged, COPY INTO read ' ~ read.get(file.key, 0),
        }) -%}
    {%- endfor -%}
    {{ return(lost) }}
{%- endmacro %}
