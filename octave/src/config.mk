FFTW_CFLAGS := 
FFTW_LIBS   := -lfftw3 
HDF5_CFLAGS := -DSGDL_HAVE_HDF5 -I/usr/include/hdf5/serial 
HDF5_LIBS   := -L/usr/lib/x86_64-linux-gnu/hdf5/serial -lhdf5 
