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
        coalesce(landing_run, '') as landing_run,
        source_database,
        ingest_xid

    from source

)

select * from renamed
