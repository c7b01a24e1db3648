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
        load_id,
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
        load_id,
        null::text as source_database,
        source_row as version_number

    from filed

),

{% if is_incremental() %}

-- A load becomes visible as a whole, but not always in the order of its time. So loads are told
-- apart by name; the time only bounds how far back to look.
loads_built as (

    select distinct stream_load_id as load_id
    from {{ this }}

    union

    select distinct file_load_id as load_id
    from {{ this }}

),

landed as (

    select
        tx_id,
        load_id,
        landed_at

    from {{ ref('stg_transactions_streaming_kafka') }}

    union all

    select
        tx_id,
        load_id,
        landed_at

    from {{ ref('stg_transactions_batch_csv') }}

),

touched as (

    select distinct landed.tx_id

    from landed

    left join loads_built
        on landed.load_id = loads_built.load_id

    where
        loads_built.load_id is null
        and landed.landed_at > (
            select
                coalesce(dateadd('day', -1, max(built.last_landed_at)), {{ beginning_of_time() }})
            from {{ this }} as built
        )

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
        ) as era

    from versions

    {% if is_incremental() %}

    where tx_id in (select touched.tx_id from touched)

    {% endif %}

),

latest_of_source as (

    select
        *,
        count(*) over (partition by tx_id, source) as versions,
        min(arrived_at) over (partition by tx_id, source) as first_arrived_at

    from dated

    qualify row_number() over (
        partition by tx_id, source
        order by era desc, source_file desc, version_number desc, landed_at desc
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
        coalesce(
            min(amount) over (partition by tx_id) != max(amount) over (partition by tx_id)
            or min(currency) over (partition by tx_id) != max(currency) over (partition by tx_id)
            or min(user_id) over (partition by tx_id) != max(user_id) over (partition by tx_id),
            false
        ) as is_contradicted,

        ---------- timestamps
        transaction_at,
        max(first_arrived_at) over (partition by tx_id) as arrived_at,

        ---------- lineage
        max(iff(source = 'stream', load_id, null)) over (partition by tx_id) as stream_load_id,
        max(iff(source = 'file', load_id, null)) over (partition by tx_id) as file_load_id,
        max(landed_at) over (partition by tx_id) as last_landed_at,
        sysdate() as transformed_at

    from latest_of_source

    qualify row_number() over (partition by tx_id order by iff(source = 'file', 1, 2)) = 1

)

select * from merged
