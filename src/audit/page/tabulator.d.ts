/** The part of tabulator-tables 6 that the page uses; the package ships no types. */
declare module 'tabulator-tables' {
  export interface RowComponent<Row> {
    getData(): Row
    getElement(): HTMLElement
    /** From 1; false while the row is filtered out. */
    getPosition(): number | false
  }
  export interface CellComponent<Row> {
    getData(): Row
  }
  export interface ColumnComponent {
    getElement(): HTMLElement
    getField(): string
  }
  export interface ColumnDefinition<Row> {
    title: string
    /** The library sets a title as markup; a node it takes as it is. */
    titleFormatter: () => Node
    field: string
    formatter: (cell: CellComponent<Row>) => Node
    cssClass?: string
    widthGrow?: number
    width?: number
    minWidth?: number
    resizable?: boolean
  }
  export interface Options<Row> {
    data: readonly Row[]
    columns: readonly ColumnDefinition<Row>[]
    index: string
    height: string
    layout: 'fitColumns'
    rowHeight: number
    placeholder: HTMLElement
    rowFormatter: (row: RowComponent<Row>) => void
    debugInvalidOptions: boolean
  }
  export class Tabulator<Row> {
    static registerModule(modules: readonly unknown[]): void
    constructor(element: HTMLElement, options: Options<Row>)
    on(event: 'tableBuilt' | 'renderComplete' | 'scrollVertical', handler: () => void): void
    on(event: 'rowClick', handler: (event: Event, row: RowComponent<Row>) => void): void
    setData(rows: readonly Row[]): Promise<void>
    setHeight(height: string): void
    redraw(force?: boolean): void
    getRow(index: number): RowComponent<Row> | false
    getRowFromPosition(position: number): RowComponent<Row> | false
    getDataCount(): number
    scrollToRow(row: RowComponent<Row>, position: 'nearest' | 'top' | 'bottom' | 'center', ifVisible: boolean): Promise<void>
    getColumns(): ColumnComponent[]
    destroy(): void
  }
  export const FormatModule: unknown
  export const InteractionModule: unknown
  export const ResizeColumnsModule: unknown
  export const ResizeTableModule: unknown
}
