with

source as (

    select * from {{ source('raw', 'transactions_streaming_kafka') }}

),

renamed as (

    select

        ---------- ids
        tx_id,
        user_id,

        ---------- text
        upper(nullif(trim(currency), '')) as currency,
        nullif(trim(merchant), '') as merchant,
        lower(nullif(trim(category), '')) as category,

        ---------- numerics
        amount,

        ---------- timestamps
        timestamp as transaction_at,
        ingested_at as arrived_at,

        ---------- lineage
        airflow_ingested_at as landed_at,
        landing_run || '/' || date_part(epoch_microsecond, airflow_ingested_at)::text as load_id,
        source_database,
        ingest_xid

    from source

)

select * from renamed
