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
        ingest_xid as version_number,
        transaction_at,
        arrived_at,
        landed_at

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
        null::number(38, 0) as version_number,
        transaction_at,
        null::timestamp_ntz as arrived_at,
        landed_at

    from filed

),

-- The file closes the month, so it wins over the stream; inside a source the latest version wins.
ranked as (

    select
        *,
        row_number() over (
            partition by tx_id
            order by iff(source = 'file', 1, 2), landed_at desc, version_number desc, source_file desc
        ) as precedence,
        count_if(source = 'stream') over (partition by tx_id) as stream_versions,
        count_if(source = 'file') over (partition by tx_id) as file_versions

    from versions

),

winners as (

    select
        ---------- ids
        tx_id,
        user_id,

        ---------- text
        source,
        currency,
        merchant,
        category,
        source_file,

        ---------- numerics
        amount,
        stream_versions,
        file_versions,

        ---------- booleans
        stream_versions > 0 as is_in_stream,
        file_versions > 0 as is_in_file,

        ---------- timestamps
        transaction_at,
        arrived_at,
        landed_at

    from ranked

    where precedence = 1

)

select * from winners
