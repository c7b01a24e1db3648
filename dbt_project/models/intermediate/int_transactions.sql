{{ config(materialized='incremental', unique_key='tx_id') }}

with

streamed as (

    select * from {{ ref('stg_transactions_streaming_kafka') }}

),

filed as (

    select * from {{ ref('stg_transactions_batch_csv') }}

),

versions as (

    select
        tx_id,
        user_id,
        'stream' as source,
        currency,
        merchant,
        category,
        null::text as source_file,
        amount,
        transaction_at,
        arrived_at,
        landed_at,
        source_database,
        ingest_xid as version_number

    from streamed

    union all

    select
        tx_id,
        user_id,
        'file' as source,
        currency,
        merchant,
        category,
        source_file,
        amount,
        transaction_at,
        null::timestamp_ntz(6) as arrived_at,
        landed_at,
        null::text as source_database,
        source_row as version_number

    from filed

),

loads as (

    select * from {{ ref('int_transaction_loads') }}

),

{% if is_incremental() %}

-- A load becomes visible as a whole, but not always in the order of its time: it is new by when dbt
-- first saw it.
new_loads as (

    select * from loads

    where seen_at > (
        select coalesce(max(built.loads_seen_at), {{ beginning_of_time() }})
        from {{ this }} as built
    )

),

touched as (

    {{ transactions_of_loads('new_loads') }}

),

{% endif %}

-- Within one Postgres a higher ingest_xid is always the later version (a row is only landed when no
-- older transaction is open). A rebuilt Postgres counts from the start again, so the database that
-- landed last comes first.
dated as (

    select
        *,
        iff(
            source = 'stream',
            max(landed_at) over (partition by tx_id, source, source_database),
            landed_at
        ) as database_generation

    from versions

    {% if is_incremental() %}

    where tx_id in (select touched.tx_id from touched)

    {% endif %}

),

latest_of_source as (

    select
        *,
        count(*) over (partition by tx_id, source) as versions,
        -- A file that lands again, corrected, is not a second sending.
        count(*) over (
            partition by tx_id, source, source_database, source_file, database_generation
        ) as times_sent,
        min(arrived_at) over (partition by tx_id, source) as first_arrived_at

    from dated

    qualify row_number() over (
        partition by tx_id, source
        order by database_generation desc, source_file desc, version_number desc, landed_at desc
    ) = 1

),

-- A monthly file closes its month, so it wins over the stream.
merged as (

    select
        ---------- ids
        tx_id,
        user_id,

        ---------- text
        source,
        currency,
        merchant,
        category,
        max(source_file) over (partition by tx_id) as source_file,

        ---------- numerics
        amount,
        max(iff(source = 'stream', versions, 0)) over (partition by tx_id) as stream_versions,
        max(iff(source = 'file', versions, 0)) over (partition by tx_id) as file_versions,

        ---------- booleans
        max(iff(source = 'stream', 1, 0)) over (partition by tx_id) = 1 as is_in_stream,
        max(iff(source = 'file', 1, 0)) over (partition by tx_id) = 1 as is_in_file,
        {{ differs_within('amount', 'tx_id') }}
        or {{ differs_within('currency', 'tx_id') }}
        or {{ differs_within('user_id', 'tx_id') }} as is_contradicted,
        max(times_sent) over (partition by tx_id) > 1 as is_resent,

        ---------- timestamps
        transaction_at,
        max(first_arrived_at) over (partition by tx_id) as arrived_at,

        ---------- lineage
        max(landed_at) over (partition by tx_id) as last_landed_at,
        (select max(loads.seen_at) from loads) as loads_seen_at,
        sysdate() as transformed_at

    from latest_of_source

    qualify row_number() over (partition by tx_id order by iff(source = 'file', 1, 2)) = 1

)

select * from merged
